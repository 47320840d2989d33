"""Published instances with known answers, read by what is in a file and solved: ``python -m benchmarks.instances FOLDER``.

`pieces` says what a file holds, `orlib`, `sets` and `tables` read it, `tasks` puts files that belong together into tasks,
`answers` knows what is known of them, `judge` solves a task and holds the result against that.
"""
