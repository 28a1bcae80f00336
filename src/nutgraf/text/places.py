"""Countries with their demonyms, so that "French" and "France", "UK" and "British" are one place."""

from __future__ import annotations

# One place per line, all its one-word forms in lower case; two-word forms are joined by "_".
_PLACES = """
afghanistan afghan afghans
albania albanian albanians
algeria algerian algerians
angola angolan angolans
argentina argentine argentinian argentines argentinians
armenia armenian armenians
australia australian australians
austria austrian austrians
azerbaijan azerbaijani azeri
bahrain bahraini
bangladesh bangladeshi bangladeshis
belarus belarusian belarusians
belgium belgian belgians
bolivia bolivian bolivians
bosnia bosnian bosnians
botswana motswana
brazil brazilian brazilians
britain british uk briton britons united_kingdom great_britain
bulgaria bulgarian bulgarians
burkina_faso burkinabe
burundi burundian
cambodia cambodian cambodians
cameroon cameroonian
canada canadian canadians
catalonia catalan catalans
chad chadian
chechnya chechen chechens
chile chilean chileans
china chinese
colombia colombian colombians
congo congolese drc
corsica corsican corsicans
costa_rica costa_rican
croatia croatian croatians croat
cuba cuban cubans
cyprus cypriot cypriots
czechia czech czechs czech_republic
denmark danish dane danes
dominican_republic dominican
ecuador ecuadorian ecuadorean
egypt egyptian egyptians
england english englishman englishmen englishwoman
eritrea eritrean
estonia estonian estonians
ethiopia ethiopian ethiopians
europe european europeans eu european_union
fiji fijian
finland finnish finn finns
france french frenchman frenchwoman frenchmen
gambia gambian
gaza gazan gazans
georgia georgian georgians
germany german germans
ghana ghanaian ghanaians
greece greek greeks
guatemala guatemalan
guinea guinean
haiti haitian haitians
honduras honduran
hungary hungarian hungarians
iceland icelandic icelander
india indian indians
indonesia indonesian indonesians
iran iranian iranians
iraq iraqi iraqis
ireland irish irishman irishmen
israel israeli israelis
italy italian italians
ivory_coast ivorian
jamaica jamaican jamaicans
japan japanese
jordan jordanian jordanians
kazakhstan kazakh kazakhs
kenya kenyan kenyans
kosovo kosovan kosovar
kurdistan kurdish kurd kurds
kuwait kuwaiti
kyrgyzstan kyrgyz
laos laotian lao
latvia latvian latvians
lebanon lebanese
liberia liberian
libya libyan libyans
lithuania lithuanian lithuanians
luxembourg luxembourger
macedonia macedonian
madagascar malagasy
malawi malawian
malaysia malaysian malaysians
maldives maldivian
mali malian malians
malta maltese
mauritius mauritian
mexico mexican mexicans
moldova moldovan
mongolia mongolian
montenegro montenegrin
morocco moroccan moroccans
mozambique mozambican
myanmar burma burmese
namibia namibian
nepal nepalese nepali
netherlands dutch holland dutchman
new_zealand new_zealander kiwi kiwis nz
nicaragua nicaraguan
niger nigerien
nigeria nigerian nigerians
north_korea north_korean
norway norwegian norwegians
oman omani
pakistan pakistani pakistanis
palestine palestinian palestinians
panama panamanian
paraguay paraguayan
peru peruvian peruvians
philippines filipino filipinos philippine
poland polish pole poles
portugal portuguese
qatar qatari qataris
romania romanian romanians
russia russian russians
rwanda rwandan rwandans
saudi_arabia saudi saudis
scandinavia scandinavian
scotland scottish scot scots scotsman
senegal senegalese
serbia serbian serbians serb serbs
sicily sicilian
singapore singaporean
slovakia slovak slovaks
slovenia slovenian
somalia somali somalis
south_africa south_african
south_korea south_korean
spain spanish spaniard spaniards
sri_lanka sri_lankan
sudan sudanese
sweden swedish swede swedes
switzerland swiss
syria syrian syrians
taiwan taiwanese
tajikistan tajik
tanzania tanzanian
thailand thai thais
tibet tibetan tibetans
tunisia tunisian tunisians
turkey turkish turk turks türkiye turkiye
turkmenistan turkmen
uganda ugandan ugandans
ukraine ukrainian ukrainians
uruguay uruguayan
us usa american americans america united_states
uzbekistan uzbek
venezuela venezuelan venezuelans
vietnam vietnamese
wales welsh welshman
yemen yemeni yemenis
zambia zambian
zimbabwe zimbabwean
africa african africans
asia asian asians
vatican holy_see
"""

_KEY_OF = {form: line.split()[0] for line in _PLACES.strip().splitlines() for form in line.split()}
_FIRST_WORDS = frozenset(form.split("_")[0] for form in _KEY_OF if "_" in form)


def place_key(word: str, next_word: str = "") -> str:
    """The place that `word` (case-folded), alone or with `next_word`, names or is the demonym of, or ""."""
    if word in _FIRST_WORDS:
        joined = _KEY_OF.get(f"{word}_{next_word}")
        if joined:
            return joined
    return _KEY_OF.get(word, "")
