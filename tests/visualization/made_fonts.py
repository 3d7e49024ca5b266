"""Fonts made for a test: those of the machine may have any letters, or none."""

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

CHINESE, JAPANESE, KOREAN, ARABIC = '倒水', '牛乳を注ぐ', '우유 붓기', 'سكب الحليب'
NAMES = [f'{name}.mp4' for name in (CHINESE, JAPANESE, KOREAN, ARABIC)]
LETTERS = ''.join(sorted({*CHINESE, *JAPANESE, *KOREAN} - {' '}))


def make_font(path, letters):
    """Write a font, of a name of its own, in which each letter is a full square."""
    family = f'Made {path.parent.name} {path.stem}'
    glyphs = ['.notdef', *(f'uni{ord(letter):04X}' for letter in letters)]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 800), (1000, 800), (1000, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(glyphs)
    font.setupCharacterMap(dict(zip(map(ord, letters), glyphs[1:], strict=True)))
    font.setupGlyf(dict.fromkeys(glyphs, square))
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({'familyName': family, 'styleName': 'Regular'})
    font.setupOS2(usWeightClass=400)
    font.setupPost()
    font.save(path)
    return str(path)
