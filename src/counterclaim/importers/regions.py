"""English names of first-level subdivisions, as data sets and the press write them, by ISO 3166-2.

ISO lists romanise the adjective (Odeska oblast), English names the town (Odesa oblast).
"""

from __future__ import annotations

import re

_UKRAINE = {
    "Cherkasy": "71", "Chernihiv": "74", "Chernivtsi": "77",
    "Dnipropetrovsk": "12", "Donetsk": "14", "Ivano-Frankivsk": "26", "Kharkiv": "63",
    "Kherson": "65", "Khmelnytskyi": "68", "Kirovohrad": "35", "Kyiv": "32", "Kiev": "32",
    "Luhansk": "09", "Lviv": "46", "Mykolaiv": "48", "Odesa": "51", "Odessa": "51",
    "Poltava": "53", "Rivne": "56", "Sumy": "59", "Ternopil": "61", "Vinnytsia": "05",
    "Volyn": "07", "Zakarpattia": "21", "Zaporizhzhia": "23", "Zhytomyr": "18",
}  # fmt: skip
_RUSSIA = {
    "Astrakhan": "AST", "Belgorod": "BEL", "Bryansk": "BRY", "Kaluga": "KLU", "Kursk": "KRS",
    "Leningrad": "LEN", "Lipetsk": "LIP", "Moscow": "MOS", "Murmansk": "MUR",
    "Nizhny Novgorod": "NIZ", "Novgorod": "NGR", "Oryol": "ORL", "Pskov": "PSK",
    "Rostov": "ROS", "Ryazan": "RYA", "Samara": "SAM", "Saratov": "SAR", "Smolensk": "SMO",
    "Tambov": "TAM", "Tula": "TUL", "Tver": "TVE", "Volgograd": "VGG", "Voronezh": "VOR",
}  # fmt: skip
_TERRITORIES = {"Krasnodar Krai": "RU-KDA", "Stavropol Krai": "RU-STA"}
_OBLAST = re.compile(r"(?P<name>.+?) oblast", re.IGNORECASE)


def region_code(name: str) -> str | None:
    """The ISO 3166-2 code of an oblast or krai by its English name, or None."""
    for territory, code in _TERRITORIES.items():
        if name.casefold() == territory.casefold():
            return code
    match = _OBLAST.fullmatch(name)
    if match is None:
        return None
    if match["name"] in _UKRAINE:
        return f"UA-{_UKRAINE[match['name']]}"
    return f"RU-{_RUSSIA[match['name']]}" if match["name"] in _RUSSIA else None
