"""Letters as worded and printed: what each says, its text layer, its font, its pages."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from services.assistance.letters import templates
from services.assistance.letters.font import FONT, wanted
from services.assistance.letters.letter import Letter, NameMissing, digest_of, name_of
from services.assistance.letters.offices import of_township
from services.assistance.letters.pdf import NoSuchGlyph, to_pdf
from services.assistance.letters.text import to_text
from services.chassis.refusal import Malformed
from services.registry.divisions import hecheng
from tests.assistance.letters_given import ANNA, BEN, DISTRICT, LONG, NAMES, TODAY, every, matter

MM = 72 / 25.4
CONTESTABLE = ("refusal", "confirmation", "adjustment", "changed_decision", "recovery")


def read(letter: Letter) -> PdfReader:
    return PdfReader(BytesIO(to_pdf(letter, NAMES)))


def plain(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


# -- words --------------------------------------------------------------------------------------------


def test_every_kind_has_the_title_that_the_papers_give_it() -> None:
    assert list(every()) == [
        "最低生活保障申请受理通知书",
        "最低生活保障申请材料补正告知书",
        "最低生活保障不予确认告知书",
        "最低生活保障确认告知书",
        "最低生活保障减发告知书",
        "最低生活保障停发告知书",
        "最低生活保障公示",
        "最低生活保障行政复议登记告知书",
        "最低生活保障变更决定书",
        "最低生活保障追回通知书",
    ]
    assert "特困人员救助供养不予确认告知书" in every("tekun")
    assert "临时救助不予批准告知书" in every("temporary_relief")


def test_an_acceptance_reads_as_a_whole() -> None:
    assert to_text(every()["最低生活保障申请受理通知书"], NAMES) == (
        "城中街道办事处\n最低生活保障申请受理通知书\n城中低受〔2021〕1号\n\n欧阳䶮：\n"
        "　　你（户）于2021年8月3日提出的最低生活保障申请，材料齐备，根据《最低生活保障审核确认办法》第十条，"
        "决定自2021年8月20日起予以受理，办理期限至2021年9月30日。\n"
        "　　受理后将依法开展家庭经济状况调查核实，请予配合，并如实提供有关情况。\n"
        "　　联系方式：城中街道政务服务中心一楼\n\n城中街道办事处\n2021年8月20日\n"
    )


def test_decisions_and_only_they_say_how_they_can_be_contested() -> None:
    for programme in ("dibao", "tekun", "temporary_relief"):
        for letter in every(programme).values():
            text = to_text(letter, NAMES)
            contestable = letter.kind in CONTESTABLE
            assert ("60日内" in text and "6个月内" in text) is contestable, letter.title
            assert "《最低生活保障审核确认办法》第十条" in text


def test_sums_are_exact_to_the_fen_and_relief_is_paid_once() -> None:
    assert "拟每月650.50元" in to_text(every()["最低生活保障公示"], NAMES)
    assert "给予一次性临时救助金650元" in to_text(every("temporary_relief")["临时救助批准告知书"], NAMES)


def test_a_public_notice_names_nobody_as_its_addressee() -> None:
    notice = every()["最低生活保障公示"]
    assert notice.addressee is None and "：\n" not in to_text(notice, NAMES).split("　　")[0]
    assert notice.carries == {ANNA, BEN}


def test_letters_without_their_reason_are_refused() -> None:
    since = date(2021, 9, 1)
    with pytest.raises(Malformed):
        templates.refusal(matter(), 1, TODAY, [])
    with pytest.raises(Malformed):
        templates.supplement(matter(), 1, TODAY, [], by=TODAY)
    for change, after in (("raised", 1), ("reduced", 0), ("reduced", 700), ("stopped", 1)):
        with pytest.raises(Malformed):
            templates.adjustment(
                matter(), 1, TODAY, change, ["因"], before_fen=600, after_fen=after, since=since
            )


def test_offices_are_called_as_the_papers_call_them() -> None:
    offices = {of_township(one).name: of_township(one).word for one in hecheng().townships}
    assert offices["城中街道办事处"] == "城中"
    assert offices["黄金坳镇人民政府"] == "黄金坳"
    assert offices["盈口乡人民政府"] == "盈口"
    assert offices["黄岩旅游度假区"] == "黄岩旅游度假区"
    assert (DISTRICT.name, DISTRICT.word) == ("鹤城区民政局", "鹤民")


# -- names --------------------------------------------------------------------------------------------


def test_no_name_is_in_the_letter_itself_nor_in_what_its_digest_is_of() -> None:
    letter = every()["最低生活保障确认告知书"]
    assert "欧阳" not in letter.model_dump_json()
    assert digest_of(letter) == digest_of(Letter.model_validate_json(letter.model_dump_json()))
    assert digest_of(letter) != digest_of(letter.model_copy(update={"illustrative": True}))


def test_a_name_that_was_not_opened_stops_the_printing_and_an_erased_one_shows_as_erased() -> None:
    letter = every()["最低生活保障确认告知书"]
    with pytest.raises(NameMissing):
        to_pdf(letter, {ANNA: "欧阳䶮"})
    assert "（已依法删除）" in to_text(letter, {ANNA: "欧阳䶮", BEN: None})


def test_what_a_name_holds_is_text_and_nothing_else() -> None:
    letter = every()["最低生活保障申请受理通知书"]
    for odd in ('#eval("1")', "*王*\n\n= 标题", "$x$ @y <z> \\ `", name_of(BEN), '"}], "title": "假'):
        name = " ".join(odd.split())
        if "⟦" in name:  # no mark is in the font, and none is filled twice
            with pytest.raises(NoSuchGlyph):
                to_pdf(letter, {ANNA: odd})
            continue
        text = plain(PdfReader(BytesIO(to_pdf(letter, {ANNA: odd}))))
        assert "".join(name.split()) in text


def test_a_character_that_the_font_lacks_is_refused_without_being_told() -> None:
    letter = every()["最低生活保障申请受理通知书"]
    with pytest.raises(NoSuchGlyph) as refused:
        to_pdf(letter, {ANNA: "王\U0002a6a5\ue000"})
    assert refused.value.field == "addressee" and "2" in refused.value.zh
    assert "\U0002a6a5" not in str(refused.value) + refused.value.zh


# -- the page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("programme", ["dibao", "tekun", "temporary_relief"])
def test_every_letter_can_be_read_back_from_its_text_layer(programme: str) -> None:
    for letter in every(programme).values():
        found = plain(read(letter))
        for line in to_text(letter, NAMES).split():
            assert line in found, letter.title


def test_the_same_letter_has_the_same_bytes_and_another_name_other_bytes() -> None:
    letter = every()["最低生活保障确认告知书"]
    assert to_pdf(letter, NAMES) == to_pdf(letter, NAMES)
    assert to_pdf(letter, NAMES) != to_pdf(letter, {**NAMES, BEN: "王五"})


def test_it_is_a_pdf_a_on_a4_whose_only_font_is_embedded() -> None:
    reader = read(every()["最低生活保障不予确认告知书"])
    assert reader.metadata is not None and reader.metadata.title == "最低生活保障不予确认告知书"
    xmp = reader.xmp_metadata
    assert xmp is not None and b"pdfaid" in xmp.stream.get_data()
    for page in reader.pages:
        assert [round(float(side) / MM) for side in page.mediabox[2:]] == [210, 297]
        fonts = page["/Resources"]["/Font"].get_object()
        for font in fonts.values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert "NotoSerifCJKsc" in inner["/BaseFont"].replace("-", "").replace(" ", "")
            assert inner["/FontDescriptor"].get_object().get("/FontFile3") is not None


def test_long_names_and_reasons_break_into_lines_within_the_margins_over_several_pages() -> None:
    letter = templates.refusal(matter(office=DISTRICT), 3, TODAY, [LONG, LONG])
    long_name = "买买提" * 40
    reader = PdfReader(BytesIO(to_pdf(letter, {ANNA: long_name})))
    assert len(reader.pages) >= 5
    found = plain(reader)
    assert "申请行政复议" in found
    for number, page in enumerate(reader.pages, 1):
        lines = page.extract_text().splitlines()
        assert len(lines) <= 24  # 22 of text, and the number of the page
        assert all(len(line) <= 33 for line in lines)
        assert not any(line[0] in "，。；、）》”：" for line in lines if line), "no line begins with a stop"
        assert f"—{number}—" in "".join(page.extract_text().split())
        left, right = _sides(page)
        assert left >= 28 * MM - 1 and right <= (210 - 26) * MM + 1


def _sides(page: object) -> tuple[float, float]:
    """Where runs of text begin, leftmost and rightmost, in points."""
    found: list[float] = []

    def see(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            found.append(cm[0] * tm[4] + cm[4])

    page.extract_text(visitor_text=see)  # type: ignore[attr-defined]
    return min(found), max(found)


def test_illustrative_figures_show_on_every_page() -> None:
    letter = templates.refusal(matter(illustrative=True), 3, TODAY, [LONG])
    pages = read(letter).pages
    assert len(pages) > 1
    assert all("样例" in page.extract_text() and "Illustrative" in page.extract_text() for page in pages)
    assert "样例" not in plain(read(templates.refusal(matter(), 3, TODAY, [LONG])))


# -- the font -----------------------------------------------------------------------------------------


def test_the_font_has_every_character_of_the_national_table_and_lies_below_five_megabytes() -> None:
    from fontTools.ttLib import TTFont

    with TTFont(FONT, lazy=True) as font:
        has = set(map(chr, font.getBestCmap()))
    assert wanted() - has <= {chr(code) for code in range(0x3400)}, "marks only"
    assert len({one for one in wanted() & has if one >= "一"}) > 8_000
    assert set("䶮喆堃镕淼犇㛃〇〔〕—…·￥") <= has
    assert FONT.stat().st_size < 5_000_000
    licence = FONT.with_name("OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and "Adobe" in licence
