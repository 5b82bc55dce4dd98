"""Which encoding a text file is in: it never says so itself, unless by a byte order mark."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from .limits import FileRefused

_SAMPLE_BYTES = 64 * 1024
_MOST_CONTROL_SHARE = 0.01
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_NAMES = {
    "cp1252": "Windows Western European (cp1252)",
    "cp1250": "Windows Central European (cp1250)",
    "cp1251": "Windows Cyrillic (cp1251)",
    "cp1253": "Windows Greek (cp1253)",
    "cp1254": "Windows Turkish (cp1254)",
    "cp1255": "Windows Hebrew (cp1255)",
    "cp1256": "Windows Arabic (cp1256)",
    "cp1257": "Windows Baltic (cp1257)",
    "mac_roman": "Mac Western European",
    "cp850": "DOS Western European (cp850)",
    "iso8859_2": "Central European (ISO 8859-2)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc_kr": "Korean (EUC-KR)",
}
# Two readings less than this apart are a coin tossed.
_AS_LIKELY = 0.005


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """`codec` is Python's name, `name` what pages say; `guessed` if the bytes would be read otherwise too."""

    codec: str
    name: str
    guessed: bool = False


UTF_8 = TextEncoding("utf-8", "UTF-8")


def detect_encoding(path: Path) -> TextEncoding:
    """Say how to read the file; raises FileRefused if it is no text at all.

    A mark decides, then valid UTF-8, then what charset-normalizer finds in the first 64 KiB. Where it finds
    Windows Western European as likely as anything else, that is it: a few pound signs among digits are as
    good Japanese to a detector.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
    for mark, codec, name in _MARKS:
        if sample.startswith(mark):
            return TextEncoding(codec, name)
    if unmarked := _unmarked_utf16(sample):
        return unmarked
    if _control_share(sample) > _MOST_CONTROL_SHARE:
        raise FileRefused("The file is not a list: it is not text. Upload a CSV file or a spreadsheet.")
    if _is_utf8(path):
        return UTF_8
    codec = _likeliest(sample)
    return TextEncoding(codec, _NAMES[codec], guessed=True)


def _unmarked_utf16(sample: bytes) -> TextEncoding | None:
    """Digits and Latin letters have a zero in every second byte, and nothing odd in the others."""
    for codec, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        mostly_zeros = sample[zeros::2].count(0) * 2 > len(sample[zeros::2])
        if mostly_zeros and _control_share(sample[letters::2]) <= _MOST_CONTROL_SHARE:
            return TextEncoding(codec, "UTF-16", guessed=True)
    return None


_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))


def _control_share(sample: bytes) -> float:
    return 1 - len(sample.translate(None, _CONTROLS)) / len(sample)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_SAMPLE_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(sample: bytes) -> str:
    matches = list(from_bytes(sample, cp_isolation=list(_NAMES)))
    if not matches:
        return "cp1252"
    best = min(match.chaos for match in matches)
    likely = [match for match in matches if match.chaos <= best + _AS_LIKELY]
    codec = likely[0].encoding
    western = codec not in _NAMES or any("cp1252" in match.could_be_from_charset for match in likely)
    return "cp1252" if western else codec
