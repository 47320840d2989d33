"""Which files does a run write, and which of them would be others now? Drawn from one outcome, a set at a time.

Nothing is imported here: what draws loads folium and Matplotlib, and most who ask draw nothing.
"""
