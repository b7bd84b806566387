"""The charsets that pages name, by all of their labels (https://encoding.spec.whatwg.org, 4.2).

Python knows more codecs, some of them slow on purpose-made input, so a target does not choose freely.
"""

from __future__ import annotations

_LABELS = """
utf-8-sig: utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8
utf-16: utf-16 unicode ucs-2 iso-10646-ucs-2 csunicode
utf-16-le: utf-16le unicodefeff
utf-16-be: utf-16be unicodefffe
gb18030: gb18030 gbk gb2312 gb_2312 gb_2312-80 csgb2312 csiso58gb231280 chinese iso-ir-58 x-gbk cp936
big5hkscs: big5 big5-hkscs cn-big5 csbig5 x-x-big5
cp932: shift_jis shift-jis sjis x-sjis csshiftjis ms_kanji ms932 windows-31j
euc_jp: euc-jp x-euc-jp cseucpkdfmtjapanese
iso2022_jp: iso-2022-jp csiso2022jp
cp949: euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 windows-949
cp1252: windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 iso88591 iso_8859-1 latin1 latin-1 l1 ascii us-ascii
iso8859_2: iso-8859-2 iso8859-2 iso88592 iso_8859-2 latin2 l2
iso8859_3: iso-8859-3 iso8859-3 latin3 l3
iso8859_4: iso-8859-4 iso8859-4 latin4 l4
iso8859_5: iso-8859-5 iso8859-5 cyrillic
iso8859_6: iso-8859-6 iso8859-6 arabic
iso8859_7: iso-8859-7 iso8859-7 greek
iso8859_8: iso-8859-8 iso-8859-8-i iso8859-8 hebrew logical visual
iso8859_10: iso-8859-10 iso8859-10 latin6 l6
iso8859_13: iso-8859-13 iso8859-13
iso8859_14: iso-8859-14 iso8859-14
iso8859_15: iso-8859-15 iso8859-15 iso_8859-15 latin9 l9
iso8859_16: iso-8859-16
cp866: ibm866 cp866 866
koi8_r: koi8-r koi8 koi8_r koi
koi8_u: koi8-u koi8-ru
mac_roman: macintosh mac x-mac-roman
mac_cyrillic: x-mac-cyrillic x-mac-ukrainian
cp874: windows-874 dos-874 tis-620 iso-8859-11 iso8859-11
cp1250: windows-1250 cp1250 x-cp1250
cp1251: windows-1251 cp1251 x-cp1251
cp1253: windows-1253 cp1253 x-cp1253
cp1254: windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5
cp1255: windows-1255 cp1255 x-cp1255
cp1256: windows-1256 cp1256 x-cp1256
cp1257: windows-1257 cp1257 x-cp1257
cp1258: windows-1258 cp1258 x-cp1258
"""
_CODECS = {
    label: codec
    for codec, _, labels in (line.partition(":") for line in _LABELS.strip().splitlines())
    for label in labels.split()
}


def codec_of(label: str) -> str | None:
    """Python's codec for a label of the web; None where browsers know none."""
    return _CODECS.get(label.lower())
