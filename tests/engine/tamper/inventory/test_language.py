"""Which script and which language a text is in."""

from __future__ import annotations

import pytest

from app.engine.tamper.inventory.language import language_of, script_of, scripts_in

SENTENCES = {
    "en": "This is what you have to know of the bread that we bake and that you are going to eat with us",
    "de": "Das ist das Brot, das wir für Sie backen, und die Brötchen sind mit Liebe gemacht",
    "fr": "Les pains que nous faisons pour vous sont dans une vitrine qui est sur la rue avec des brioches",
    "es": "Los panes que hacemos para usted están en una vitrina con más bollos por la mañana como siempre",
    "ru": "Мы печём хлеб каждое утро, как наши родители, и учим этому наших детей",
    "uk": "Ми печемо хліб щоранку, як наші батьки, та вчимо цього наших дітей, що є добре",
    "zh": "我们每天早上四点开始烤面包，面粉就在隔壁磨好，欢迎您来品尝我们的面包和蛋糕，星期天还有点心",
    "ja": "私たちは毎朝四時からパンを焼いています。粉は隣の水車小屋で挽いたものです。ぜひお越しください。",
    "ko": "우리는 매일 아침 네 시부터 빵을 굽습니다. "
    "밀가루는 바로 옆 방앗간에서 갓 빻은 것입니다. 어서 오세요.",
    "th": "เราอบขนมปังทุกเช้าตั้งแต่สี่โมงเช้าด้วยแป้งที่บดใหม่จากโรงสีข้างบ้านของเรา",
    "ar": "نحن نخبز الخبز كل صباح من الساعة الرابعة بدقيق مطحون في الطاحونة المجاورة",
}


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_it_knows_the_language_of_a_sentence(code: str, text: str) -> None:
    assert language_of(scripts_in(text), frozenset(text.lower().split())) == code


def test_a_few_words_are_too_little_to_go_by() -> None:
    assert language_of(scripts_in("Hello there"), frozenset(["hello", "there"])) == ""


@pytest.mark.parametrize(
    ("char", "script"),
    [
        ("a", "Latin"),
        ("é", "Latin"),
        ("ж", "Cyrillic"),
        ("页", "Han"),
        ("の", "Kana"),
        ("カ", "Kana"),
        ("빵", "Hangul"),
    ],
)
def test_it_knows_the_script_of_a_letter(char: str, script: str) -> None:
    assert script_of(char) == script


@pytest.mark.parametrize("char", ["1", " ", "。", "€", "☃"])
def test_what_is_no_letter_has_no_script(char: str) -> None:
    assert script_of(char) is None


def test_letters_are_counted_by_script() -> None:
    assert scripts_in("ab 页 1!") == {"Latin": 2, "Han": 1}
