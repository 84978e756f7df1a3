"""Changes that no test notices and that are known: what they change, and why nothing can notice it."""

import tomllib
from pathlib import Path

TABLE = Path(__file__).with_name("survivors.toml")


def known_survivors():
    """Why each known survivor survives, by its file, its line and what becomes of that."""
    told = tomllib.loads(TABLE.read_text("utf-8")).get("survivor", [])
    return {(one["module"], one["old"], one["new"]): one["reason"] for one in told}
