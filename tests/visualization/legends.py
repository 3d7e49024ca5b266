"""What a reader of a figure sees of its legends."""


def read_legend(figure, index=0):
    """Return the texts of a legend as they are read: by lines, from the left."""
    figure.draw_without_rendering()
    texts = figure.legends[index].get_texts()
    places = {text: text.get_window_extent() for text in texts}
    texts = sorted(texts, key=lambda t: (-round(places[t].y0), round(places[t].x0)))
    return [text.get_text() for text in texts]
