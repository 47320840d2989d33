"""How does a project begin? An empty folder with everything explained, the example, or a place from OpenStreetMap."""
