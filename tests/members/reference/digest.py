"""The digest of a close: SHA-256 over canonical lines, which name no ids, times or versions."""

import hashlib
import json
from collections.abc import Iterable

from .model import Score


def canonical_line(score: Score) -> str:
    """One score as a JSON array; awards in the byte order of their category codes, zeros included."""
    awards = [[code, score.awards[code]] for code in sorted(score.awards, key=str.encode)]
    fields = [
        score.number,
        score.kind,
        score.subject_class,
        score.village_code,
        score.federation_key or "",
        score.town_code,
        score.base,
        awards,
        score.deduct,
        score.total,
        score.grade,
        score.rank_village,
        score.rank_federation,
        score.rank_town,
    ]
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


def canonical_lines(scores: Iterable[Score]) -> str:
    """The lines sorted by subject number in byte order, each ended by a newline."""
    ordered = sorted(scores, key=lambda score: score.number.encode())
    return "".join(canonical_line(score) + "\n" for score in ordered)


def digest(scores: Iterable[Score]) -> str:
    """SHA-256 of the UTF-8 bytes of the lines, in hex; of no line at all, that of the empty text."""
    return hashlib.sha256(canonical_lines(scores).encode()).hexdigest()
