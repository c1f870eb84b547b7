"""Numbers of invented statements in the manner of air forces, ministries, governors, agencies."""

from __future__ import annotations

import pytest

from drafting.gazetteer import numbers

ENGLISH = [
    (
        "The Borean air force said 15 of 16 drones were shot down overnight.",
        ["intercepted 15 drone", "launched 16 drone"],
    ),
    (
        "Aland launched 40 drones and three Zeta-9 missiles, and all of them were destroyed.",
        ["intercepted 3 zeta-9", "intercepted 40 drone", "launched 3 zeta-9", "launched 40 drone"],
    ),
    ("Air defenses destroyed all 12 drones, the ministry said.", ["intercepted 12 drone"]),
    (
        "Of the 30 drones launched, 22 were shot down and five were lost to electronic warfare.",
        ["intercepted 22 drone", "launched 30 drone", "suppressed 5 drone"],
    ),
    (
        "The strike on a mill in Ledov killed three people and wounded 14 others.",
        ["injured 14", "killed 3"],
    ),
    (
        "At least seven civilians were killed and more than 30 injured when a missile fell.",
        ["injured 31..", "killed 7.."],
    ),
    ("Three people were killed and 42 wounded, the governor said.", ["injured 42", "killed 3"]),
    (
        "Forces shot down six drones over the Rivna region and two over the Borsk region.",
        ["intercepted 2 drone", "intercepted 6 drone"],
    ),
    (
        "Four of the nine Kvant missiles were intercepted; five more hit their targets.",
        ["hit 5 kvant", "intercepted 4 kvant", "launched 9 kvant"],
    ),
    (
        "Three Zeta-9 missiles, with a range of 90 km, out of the five fired were shot down during "
        "the attack of May 13 and seven projectiles out of eight fired during that of May 15.",
        ["intercepted 3 zeta-9", "intercepted 7 zeta-9", "launched 5 zeta-9", "launched 8 zeta-9"],
    ),
    (
        "Three Kvant missiles, which were supplied by a neighbour, were intercepted over the bay.",
        ["intercepted 3 kvant"],
    ),
    (
        "A total of 21 of 41 missiles were downed.",
        ["intercepted 21 missile", "launched 41 missile"],
    ),
    (
        "The air force said it downed 27 of 35 drones and that eight were lost.",
        ["intercepted 27 drone", "launched 35 drone", "suppressed 8 drone"],
    ),
    (
        "Seven drones hit an oil depot near Ledov; 9 more were shot down.",
        ["hit 7 drone", "intercepted 9 drone"],
    ),
    (
        "The attack involved 28 drones, two Zeta-9 missiles and one Kvant missile.",
        ["launched 1 kvant", "launched 2 zeta-9", "launched 28 drone"],
    ),
    (
        "Air defences shot down 50 drones, including 12 over the Rivna region.",
        ["intercepted 12 drone", "intercepted 50 drone"],
    ),
    (
        "Aland fired 5 S-300 missiles at Ledov, hurting 11 people.",
        ["injured 11", "launched 5 s-300"],
    ),
    (
        "The strike damaged 30 apartment buildings and destroyed two cars.",
        ["damaged 30 apartment buildings", "destroyed 2 cars"],
    ),
    (
        "Its defenses shot down four missiles and approximately 60 drones launched by Aland.",
        ["intercepted 4 missile", "intercepted 54..66 drone"],
    ),
    (
        "On May 3, 3 Kvant missiles were fired at Ledov, of which two were shot down.",
        ["intercepted 2 kvant", "launched 3 kvant"],
    ),
    ("The death toll from the strike on Ledov rose to 12.", ["killed 12"]),
    ("There were no casualties, the Ledov governor said.", ["injured 0", "killed 0"]),
    (
        "Falling debris damaged a house, but no injuries were reported.",
        ["damaged 1 house", "injured 0"],
    ),
    ("All three missiles missed.", ["missed 3 missile"]),
]

RUSSIAN = [
    (
        "В течение прошедшей ночи дежурными средствами ПВО уничтожены 34 беспилотных летательных "
        "аппарата: 20 – над территорией Ледовской области, 9 – над Борской областью, "
        "5 – над акваторией Долгого залива.",
        [
            "intercepted 20 drone",
            "intercepted 34 drone",
            "intercepted 5 drone",
            "intercepted 9 drone",
        ],
    ),
    (
        "Силами ПВО уничтожено 12 БПЛА самолетного типа над Борской областью.",
        ["intercepted 12 drone"],
    ),
    (
        "Дежурными средствами ПВО девять ракет «Квант» и один БпЛА были уничтожены.",
        ["intercepted 1 drone", "intercepted 9 kvant"],
    ),
    ("Сбиты шесть ракет и один беспилотник.", ["intercepted 1 drone", "intercepted 6 missile"]),
    ("Погибли два человека, еще семеро ранены, в том числе ребенок.", ["injured 7", "killed 2"]),
    (
        "Из восьми выпущенных ракет пять сбиты, три достигли целей.",
        ["hit 3 missile", "intercepted 5 missile", "launched 8 missile"],
    ),
    ("Все четыре ракеты «Квант» сбиты над заливом.", ["intercepted 4 kvant"]),
    ("Три из семи дронов подавлены средствами РЭБ.", ["launched 7 drone", "suppressed 3 drone"]),
    (
        "Пострадали 14 мирных жителей, повреждены 30 домов и 12 автомобилей.",
        ["damaged 12 автомобилей", "damaged 30 домов", "injured 14"],
    ),
    (
        "Противник нанес удар двумя ракетами «Квант» и четырьмя «Зета-9».",
        ["launched 2 kvant", "launched 4 zeta-9"],
    ),
    ("Пострадавших нет, сообщил губернатор.", ["injured 0"]),
    ("Обошлось без пострадавших.", ["injured 0"]),
    ("Число погибших при ударе по Ледову выросло до 25.", ["killed 25"]),
    (
        "По области выпущено 8 снарядов «Квант», все они уничтожены.",
        ["intercepted 8 kvant", "launched 8 kvant"],
    ),
    ("Одна из ракет упала в поле, две сбиты.", ["intercepted 2 missile"]),
    (
        "По одному БПЛА сбито над Ледовской и Борской областями.",
        ["intercepted 1 drone", "intercepted 1 drone"],
    ),
    (
        "Расчеты ПВО сбили 4 ракеты, 12 снарядов и 57 беспилотников.",
        ["intercepted 12 rocket", "intercepted 4 missile", "intercepted 57 drone"],
    ),
    (
        "Двое мужчин скончались, еще пятеро, включая подростка, получили осколочные ранения.",
        ["injured 5", "killed 2"],
    ),
    ("В результате удара погибли восемь мирных жителей, 62 ранены.", ["injured 62", "killed 8"]),
    ("Сбито 29 ракет из 44.", ["intercepted 29 missile", "launched 44 missile"]),
    ("По заводу ударили 6 дронов, попали два.", ["hit 2 drone", "launched 6 drone"]),
]

UKRAINIAN = [
    (
        "У ніч на 7 травня противник атакував 88 ударними БпЛА типу «Квант» та безпілотниками "
        "інших типів.",
        ["launched 88 drone"],
    ),
    (
        "Підтверджено збиття 52 ударних БпЛА у Льодівській та Борській областях.",
        ["intercepted 52 drone"],
    ),
    ("30 ворожих безпілотників локаційно втрачені.", ["suppressed 30 drone"]),
    ("Повідомили, що збито 15 із 16 шахедів.", ["intercepted 15 Shahed", "launched 16 Shahed"]),
    ("Протиповітряною обороною збито/подавлено 76 ворожих БпЛА.", ["intercepted 76 drone"]),
    (
        "Ворог випустив по Льодову дві балістичні ракети «Зета-9» і чотири керовані авіабомби.",
        ["launched 2 zeta-9", "launched 4 aerial bomb"],
    ),
    (
        "Внаслідок удару загинули троє людей, ще дев'ятеро поранені, серед них двоє дітей.",
        ["injured 9", "killed 3"],
    ),
    ("За словами очільника області, постраждало 12 осіб.", ["injured 12"]),
    (
        "Із 20 запущених дронів збито 17, ще три не досягли цілей.",
        ["intercepted 17 drone", "launched 20 drone", "suppressed 3 drone"],
    ),
    ("Зафіксовано влучання 12 ударних БпЛА на 8 локаціях.", ["hit 12 drone"]),
    ("Усі шість ракет знищено над Довгою затокою.", ["intercepted 6 missile"]),
    (
        "Поранено 18 людей, пошкоджено 40 будинків.",
        ["damaged 40 будинків", "injured 18"],
    ),
    ("Мер повідомив, що постраждалих немає.", ["injured 0"]),
    ("Жертв і постраждалих немає.", ["injured 0", "killed 0"]),
    ("Кількість загиблих унаслідок удару зросла до 14.", ["killed 14"]),
    (
        "Атакували 5 ракетами С-300 та 46 дронами; 39 дронів збили, 4 зникли з радарів.",
        ["intercepted 39 drone", "launched 46 drone", "launched 5 s-300", "suppressed 4 drone"],
    ),
    (
        "Зафіксовано пуск 10 крилатих ракет «Квант», 9 з них знищено.",
        ["intercepted 9 kvant", "launched 10 kvant"],
    ),
    (
        "Збито 41 ударний БпЛА, ще 19 — локаційно втрачено.",
        ["intercepted 41 drone", "suppressed 19 drone"],
    ),
    (
        "Противник атакував область 9 ракетами, усі збиті.",
        ["intercepted 9 missile", "launched 9 missile"],
    ),
    (
        "Застосовано 30 дронів, 26 збито, 4 влучили в ціль.",
        ["hit 4 drone", "intercepted 26 drone", "launched 30 drone"],
    ),
    ("Голова ОВА повідомив про двох загиблих та шістьох поранених.", ["injured 6", "killed 2"]),
    (
        "Збито чотири балістичні ракети «Зета-9» із семи, 35 крилатих ракет «Квант» із 40.",
        ["intercepted 35 kvant", "intercepted 4 zeta-9", "launched 40 kvant", "launched 7 zeta-9"],
    ),
]


@pytest.mark.parametrize(("text", "told"), [*ENGLISH, *RUSSIAN, *UKRAINIAN])
def test_each_number_gets_its_role_and_no_other_is_drafted(text: str, told: list[str]) -> None:
    assert numbers(text) == sorted(told)


TRAPS = [
    "In 2022 a missile hit the plant in 2023.",
    "A man, 46, and his sons, aged 9 and 12, were taken to hospital.",
    "The 46-year-old mayor visited a 12-story house that was hit.",
    "The package is worth $61 billion and includes 30 launchers, 200 missiles and 4 S-300 systems.",
    "Borea will receive 20 missiles and five launchers, officials said.",
    "The shelling killed 14 cows and three horses on a farm.",
    "The plant was struck at 4:30 a.m. and again at 16.45.",
    "The drone fell 200 meters from a school, 37 km from Ledov.",
    "Details: https://example.org/2031/killed-12-people-56789 and t.me/channel/52071.",
    "The S-300 and S-400 batteries were destroyed.",
    "Two years ago today, a missile killed 27 people at the market in Ledov.",
    "Sunday marks the third anniversary of the strike that killed 51 people and injured 200.",
    "The ministry denied that eight of its drones had been shot down.",
    "The minister threatened to launch 100 missiles.",
    "It could fire up to 30 missiles a month.",
    "Rescuers pulled 15 people from the rubble; 30 remain in hospital.",
    "The troops launched 7 missile and 96 air strikes.",
    "There were no immediate reports of casualties.",
    "Police confirmed the blast without reporting casualties.",
    "The air force downed 230 drones in August.",
    "46-летний мужчина доставлен в больницу, госпитализированы двое.",
    "Ущерб оценили в 61 млн рублей, 12-этажный дом восстановят.",
    "Погибли 200 голов скота.",
    "Партнеры передадут 50 ракет и 4 комплекса С-300.",
    "В годовщину удара по рынку, когда погибли 25 человек, прошел митинг.",
    "Три года назад в этот день ракета убила 7 человек.",
    "Спасены 12 человек, извлечены тела четверых погибших.",
    "Около 14.30 мск и с 19.50 до 20.40 мск звучала тревога.",
    "Задержаны 5 человек, изъято 300 патронов и 2 гранаты.",
    "Поранено 57-річного чоловіка.",
    "На відновлення 12-поверхового будинку виділили 61 млрд грн.",
    "Обстріляли ферму: загинули 30 корів.",
    "Борея отримає 8 систем і 100 ракет до них.",
    "Сьогодні роковини ракетного удару, під час якого загинули 61 людина.",
    "Військові 12 разів обстріляли берег о 9 годині 30 хвилин.",
]


@pytest.mark.parametrize("text", TRAPS)
def test_what_counts_no_victims_and_no_munitions_is_not_drafted(text: str) -> None:
    assert numbers(text) == []


def test_ages_behind_people_are_not_counted_with_them() -> None:
    assert numbers("Поранено двох жінок 45 і 62 років.") == ["injured 2"]
    assert numbers("Four people, two of them children, were killed.") == ["killed 4"]
