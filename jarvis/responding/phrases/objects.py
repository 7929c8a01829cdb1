"""Names of the 80 classes of COCO (and of faces) in other languages than English, with what counting them takes.

Class names after the COCO 2017 annotations. Each line is `English: name, ...` with a form for each use:
Chinese has the name and its measure word, the others have singular, plural and gender.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_ZH = """
person: 人 个|bicycle: 自行车 辆|car: 汽车 辆|motorcycle: 摩托车 辆|airplane: 飞机 架|bus: 公共汽车 辆
train: 火车 列|truck: 卡车 辆|boat: 船 艘|traffic light: 红绿灯 个|fire hydrant: 消防栓 个
stop sign: 停车标志 个|parking meter: 停车计时器 个|bench: 长椅 张|bird: 鸟 只|cat: 猫 只|dog: 狗 只
horse: 马 匹|sheep: 羊 只|cow: 牛 头|elephant: 大象 头|bear: 熊 只|zebra: 斑马 匹|giraffe: 长颈鹿 只
backpack: 背包 个|umbrella: 雨伞 把|handbag: 手提包 个|tie: 领带 条|suitcase: 行李箱 个|frisbee: 飞盘 个
skis: 滑雪板 副|snowboard: 单板滑雪板 块|sports ball: 球 个|kite: 风筝 只|baseball bat: 棒球棒 根
baseball glove: 棒球手套 只|skateboard: 滑板 块|surfboard: 冲浪板 块|tennis racket: 网球拍 支|bottle: 瓶子 个
wine glass: 酒杯 个|cup: 杯子 个|fork: 叉子 把|knife: 刀 把|spoon: 勺子 把|bowl: 碗 个|banana: 香蕉 根
apple: 苹果 个|sandwich: 三明治 个|orange: 橙子 个|broccoli: 西兰花 棵|carrot: 胡萝卜 根|hot dog: 热狗 个
pizza: 披萨 张|donut: 甜甜圈 个|cake: 蛋糕 个|chair: 椅子 把|couch: 沙发 张|potted plant: 盆栽 盆|bed: 床 张
dining table: 餐桌 张|toilet: 马桶 个|tv: 电视 台|laptop: 笔记本电脑 台|mouse: 鼠标 个|remote: 遥控器 个
keyboard: 键盘 个|cell phone: 手机 部|microwave: 微波炉 台|oven: 烤箱 台|toaster: 烤面包机 台|sink: 水槽 个
refrigerator: 冰箱 台|book: 书 本|clock: 钟 个|vase: 花瓶 个|scissors: 剪刀 把|teddy bear: 泰迪熊 只
hair drier: 吹风机 个|toothbrush: 牙刷 把|face: 人脸 张|hand: 手 只
"""

_DE = """
person: Person Personen f|bicycle: Fahrrad Fahrräder n|car: Auto Autos n|motorcycle: Motorrad Motorräder n
airplane: Flugzeug Flugzeuge n|bus: Bus Busse m|train: Zug Züge m|truck: Lastwagen Lastwagen m|boat: Boot Boote n
traffic light: Ampel Ampeln f|fire hydrant: Hydrant Hydranten m|stop sign: Stoppschild Stoppschilder n
parking meter: Parkuhr Parkuhren f|bench: Bank Bänke f|bird: Vogel Vögel m|cat: Katze Katzen f|dog: Hund Hunde m
horse: Pferd Pferde n|sheep: Schaf Schafe n|cow: Kuh Kühe f|elephant: Elefant Elefanten m|bear: Bär Bären m
zebra: Zebra Zebras n|giraffe: Giraffe Giraffen f|backpack: Rucksack Rucksäcke m|umbrella: Regenschirm Regenschirme m
handbag: Handtasche Handtaschen f|tie: Krawatte Krawatten f|suitcase: Koffer Koffer m|frisbee: Frisbee Frisbees n
skis: Paar_Ski Paar_Ski n|snowboard: Snowboard Snowboards n|sports ball: Ball Bälle m|kite: Drachen Drachen m
baseball bat: Baseballschläger Baseballschläger m|baseball glove: Baseballhandschuh Baseballhandschuhe m
skateboard: Skateboard Skateboards n|surfboard: Surfbrett Surfbretter n|tennis racket: Tennisschläger Tennisschläger m
bottle: Flasche Flaschen f|wine glass: Weinglas Weingläser n|cup: Tasse Tassen f|fork: Gabel Gabeln f
knife: Messer Messer n|spoon: Löffel Löffel m|bowl: Schüssel Schüsseln f|banana: Banane Bananen f
apple: Apfel Äpfel m|sandwich: Sandwich Sandwiches n|orange: Orange Orangen f|broccoli: Brokkoli Brokkoli m
carrot: Karotte Karotten f|hot dog: Hotdog Hotdogs m|pizza: Pizza Pizzen f|donut: Donut Donuts m|cake: Kuchen Kuchen m
chair: Stuhl Stühle m|couch: Sofa Sofas n|potted plant: Topfpflanze Topfpflanzen f|bed: Bett Betten n
dining table: Esstisch Esstische m|toilet: Toilette Toiletten f|tv: Fernseher Fernseher m|laptop: Laptop Laptops m
mouse: Maus Mäuse f|remote: Fernbedienung Fernbedienungen f|keyboard: Tastatur Tastaturen f
cell phone: Handy Handys n|microwave: Mikrowelle Mikrowellen f|oven: Ofen Öfen m|toaster: Toaster Toaster m
sink: Spülbecken Spülbecken n|refrigerator: Kühlschrank Kühlschränke m|book: Buch Bücher n|clock: Uhr Uhren f
vase: Vase Vasen f|scissors: Schere Scheren f|teddy bear: Teddybär Teddybären m|hair drier: Föhn Föhne m
toothbrush: Zahnbürste Zahnbürsten f|face: Gesicht Gesichter n|hand: Hand Hände f
"""

_ES = """
person: persona personas f|bicycle: bicicleta bicicletas f|car: coche coches m|motorcycle: motocicleta motocicletas f
airplane: avión aviones m|bus: autobús autobuses m|train: tren trenes m|truck: camión camiones m|boat: barco barcos m
traffic light: semáforo semáforos m|fire hydrant: hidrante hidrantes m
stop sign: señal_de_stop señales_de_stop f|parking meter: parquímetro parquímetros m|bench: banco bancos m
bird: pájaro pájaros m|cat: gato gatos m|dog: perro perros m|horse: caballo caballos m|sheep: oveja ovejas f
cow: vaca vacas f|elephant: elefante elefantes m|bear: oso osos m|zebra: cebra cebras f|giraffe: jirafa jirafas f
backpack: mochila mochilas f|umbrella: paraguas paraguas m|handbag: bolso bolsos m|tie: corbata corbatas f
suitcase: maleta maletas f|frisbee: frisbee frisbees m|skis: par_de_esquís pares_de_esquís m
snowboard: tabla_de_snowboard tablas_de_snowboard f|sports ball: pelota pelotas f|kite: cometa cometas f
baseball bat: bate_de_béisbol bates_de_béisbol m|baseball glove: guante_de_béisbol guantes_de_béisbol m
skateboard: monopatín monopatines m|surfboard: tabla_de_surf tablas_de_surf f
tennis racket: raqueta_de_tenis raquetas_de_tenis f|bottle: botella botellas f
wine glass: copa_de_vino copas_de_vino f|cup: taza tazas f|fork: tenedor tenedores m|knife: cuchillo cuchillos m
spoon: cuchara cucharas f|bowl: cuenco cuencos m|banana: plátano plátanos m|apple: manzana manzanas f
sandwich: sándwich sándwiches m|orange: naranja naranjas f|broccoli: brócoli brócolis m
carrot: zanahoria zanahorias f|hot dog: perrito_caliente perritos_calientes m|pizza: pizza pizzas f
donut: rosquilla rosquillas f|cake: pastel pasteles m|chair: silla sillas f|couch: sofá sofás m
potted plant: maceta macetas f|bed: cama camas f|dining table: mesa mesas f|toilet: inodoro inodoros m
tv: televisor televisores m|laptop: portátil portátiles m|mouse: ratón ratones m
remote: mando_a_distancia mandos_a_distancia m|keyboard: teclado teclados m|cell phone: móvil móviles m
microwave: microondas microondas m|oven: horno hornos m|toaster: tostadora tostadoras f
sink: fregadero fregaderos m|refrigerator: frigorífico frigoríficos m|book: libro libros m|clock: reloj relojes m
vase: jarrón jarrones m|scissors: tijera tijeras f|teddy bear: oso_de_peluche osos_de_peluche m
hair drier: secador_de_pelo secadores_de_pelo m|toothbrush: cepillo_de_dientes cepillos_de_dientes m
face: cara caras f|hand: mano manos f
"""

_FR = """
person: personne personnes f|bicycle: vélo vélos m|car: voiture voitures f|motorcycle: moto motos f
airplane: avion avions m|bus: bus bus m|train: train trains m|truck: camion camions m|boat: bateau bateaux m
traffic light: feu_de_circulation feux_de_circulation m|fire hydrant: borne_d’incendie bornes_d’incendie f
stop sign: panneau_stop panneaux_stop m|parking meter: parcmètre parcmètres m|bench: banc bancs m
bird: oiseau oiseaux m|cat: chat chats m|dog: chien chiens m|horse: cheval chevaux m|sheep: mouton moutons m
cow: vache vaches f|elephant: éléphant éléphants m|bear: ours ours m|zebra: zèbre zèbres m|giraffe: girafe girafes f
backpack: sac_à_dos sacs_à_dos m|umbrella: parapluie parapluies m|handbag: sac_à_main sacs_à_main m
tie: cravate cravates f|suitcase: valise valises f|frisbee: frisbee frisbees m|skis: paire_de_skis paires_de_skis f
snowboard: snowboard snowboards m|sports ball: ballon ballons m|kite: cerf-volant cerfs-volants m
baseball bat: batte_de_baseball battes_de_baseball f|baseball glove: gant_de_baseball gants_de_baseball m
skateboard: skateboard skateboards m|surfboard: planche_de_surf planches_de_surf f
tennis racket: raquette_de_tennis raquettes_de_tennis f|bottle: bouteille bouteilles f
wine glass: verre_à_vin verres_à_vin m|cup: tasse tasses f|fork: fourchette fourchettes f
knife: couteau couteaux m|spoon: cuillère cuillères f|bowl: bol bols m|banana: banane bananes f
apple: pomme pommes f|sandwich: sandwich sandwichs m|orange: orange oranges f|broccoli: brocoli brocolis m
carrot: carotte carottes f|hot dog: hot-dog hot-dogs m|pizza: pizza pizzas f|donut: beignet beignets m
cake: gâteau gâteaux m|chair: chaise chaises f|couch: canapé canapés m
potted plant: plante_en_pot plantes_en_pot f|bed: lit lits m|dining table: table tables f
toilet: toilettes toilettes p|tv: téléviseur téléviseurs m|laptop: ordinateur_portable ordinateurs_portables m
mouse: souris souris f|remote: télécommande télécommandes f|keyboard: clavier claviers m
cell phone: téléphone téléphones m|microwave: micro-ondes micro-ondes m|oven: four fours m
toaster: grille-pain grille-pain m|sink: évier éviers m|refrigerator: réfrigérateur réfrigérateurs m
book: livre livres m|clock: horloge horloges f|vase: vase vases m|scissors: paire_de_ciseaux paires_de_ciseaux f
teddy bear: ours_en_peluche ours_en_peluche m|hair drier: sèche-cheveux sèche-cheveux m
toothbrush: brosse_à_dents brosses_à_dents f|face: visage visages m|hand: main mains f
"""

_TABLES: Mapping[str, str] = {"zh": _ZH, "de": _DE, "es": _ES, "fr": _FR}


@cache
def object_names(language: str) -> Mapping[str, tuple[str, ...]]:
    """English class name -> its forms in `language`; empty for a language without a table."""
    lines = _TABLES.get(language, "").strip().replace("\n", "|").split("|")
    pairs = (line.split(": ") for line in lines if line)
    return {name: tuple(form.replace("_", " ") for form in forms.split()) for name, forms in pairs}
