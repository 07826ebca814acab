"""What is wrong with an expression, in both languages, with its place in the text."""

from __future__ import annotations


class Wrong(ValueError):
    """`at`: the place in the text, counted in characters from 1. `rule`: the code a finding gives it."""

    def __init__(self, zh: str, en: str, at: int = 1, rule: str = "syntax") -> None:
        super().__init__(f"{en} (character {at}) {zh}（第 {at} 字）")
        self.zh = zh
        self.en = en
        self.at = at
        self.rule = rule
