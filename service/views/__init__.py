"""A record for people. Pure: a record in, text out; this room knows neither Kafka nor a web server.

The text of an article comes from the wire and may hold anything. Each renderer makes it harmless for its medium:
`terminal` replaces control codes, `html` escapes every value.

    record_parts   what all views share: the title, the time, the countries it is about, the places with a point
    marking        the mentions of a record as marks over its text, and the text cut at their edges
    terminal       a record in colour, or in brackets, for a terminal
    html           a record as an entry of the live page, or as a page of its own; and the live page itself
    geojson        the places of records as GeoJSON
    world_map      the land of the world and a view of it, as SVG
    templates/     Jinja templates of `html`
    static/        style, script and icon of the pages
    land.txt       where people live: a bit per cell of half a degree, a row per line in hexadecimal (from GeoNames)
"""
