"""English words for words of other languages and of the street, so that a request meets tools described in English.

The sentence embedder that is packaged knows English only; a bilingual one would take 400 MB. This table holds the few
hundred words that name most of what tools do: German, Spanish, French (without accents, their common beginning),
Chinese (any place in the text), and plain English for a tool's word ("bin it" is delete).
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache

from jarvis.tools.handlers.sentences import stem

LONGEST_PREFIX = 12
_SHORTEST_PREFIX = 4
"""Letters from which on an entry stands for every word that begins with it; shorter entries are whole words."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LATIN = re.compile(r"[^\W\d_]+")

_TABLE = """
accept: akzeptier annehm acept aceptar accepter 接受
account: konto kontos cuenta compte 账户 账号
add: hinzu fuge anadi anad agreg ajout 添加 加入 增加 加到
address: adresse anschrift direccion 地址
alarm: wecker weck despert alarma reveil 闹钟 警报
album: 相册 专辑
animal: tier tiere animales animaux 动物
answer: antwort respond respuesta repond reponse 回答 回复
apartment: wohnung piso departamento appartement 公寓
appointment: termin termine cita citas rendez 预约 约会
archive: archivier archivar archiver 归档
artist: kunstler artista artiste 歌手
balance: kontostand saldo solde 余额
bank: banque 银行
bike: fahrrad bicicleta velo 自行车
bill: rechnung factura facture 账单
block: sperr bloquea bloque 屏蔽 拉黑
book: buch buche buchen reserv reserva 预订 订 预约
bus: autobus 公交 巴士
buy: kauf kaufe kaufen compr achet acheter 买 购买
calendar: kalender calendario calendrier agenda 日历 日程
call: anruf ruf rufe llama llam appel appelle 打电话 呼叫
camera: kamera camara 相机 摄像头
cancel: stornier absag kundig abbestell cancel cancela annul annuler 取消 退订
car: auto wagen coche voiture 车 汽车
cart: warenkorb einkaufswagen carrito panier 购物车
change: ander andere andern wechsl wechsel cambia cambi changer modifi 改 更改 修改 换
charge: lade laden carga cargar recharg 充电
chart: diagramm grafico graphique 图表
cheap: billig gunstig barat bon 便宜
check: pruf prufe uberpruf comprob verifi revisa 检查 查一下 查看
child: kind kinder nino hijo enfant 孩子 儿童
city: stadt ciudad ville 城市
class: klasse clase classe 班级 课
clean: putz reinig limpi nettoy 清洁 打扫
close: schliess cierra cerrar ferme fermer 关闭
comment: kommentar comentario commentaire 评论
company: firma unternehmen empresa entreprise societe 公司
compare: vergleich compara compare 比较
complain: beschwer reklamier queja reclam plainte 投诉
confirm: bestatig confirma 确认
contact: kontakt contacto contacts 联系人
convert: umrechn umwandl konvertier convierte convertir 转换 换算
copy: kopier copia copie 复制
course: kurs kurse curso cours 课程
create: erstell anleg lege crea crear cree creer 创建 新建 建立
currency: wahrung moneda divisa devise 货币 汇率
customer: kunde kunden cliente client 客户 顾客
date: datum fecha 日期
delay: verspat verzog retras retard 延误
delete: losch losche entfern borra borrar elimina supprim efface 删除 删掉
deliver: liefer zustell entreg envio livr livraison 送货 快递 配送
describe: beschreib describe decris 描述
discount: rabatt descuento remise reduction 折扣 优惠
doctor: arzt arztin medico medecin docteur 医生
document: dokument documento 文件 文档
download: herunterlad descarg telecharg 下载
draft: entwurf borrador brouillon 草稿
edit: bearbeit edita modifie 编辑
email: mail correo courriel 邮件
employee: mitarbeiter angestellt empleado employe 员工
event: veranstaltung ereignis evento evenement 活动
exchange: umtausch tausch cambio echange 交换 兑换
export: exportier exporta 导出
fee: gebuhr tasa frais 费用
field: feld acker campo champ 田
file: datei fichero archivo fichier 文件
find: find finde finden busca encuentra trouve trouver cherch 找 查找
flight: flug fluge vuelo vol vols 航班 机票 飞
food: essen comida nourriture repas 食物 美食
form: formular formulario formulaire 表格
friend: freund amigo amiga ami amie 朋友
game: spiel spiele juego jeu jeux 游戏
garden: garten jardin 花园
gas: benzin gasolina essence 加油
grade: note noten nota calificacion 成绩 分数
group: gruppe grupo groupe 群 小组
health: gesundheit salud sante 健康
heat: heiz heizung calef calienta chauffage 暖气 加热
hold: vormerk apart 预留
home: zuhause casa maison 家
hotel: 酒店 宾馆
hour: stunde stunden hora horas heure 小时
house: haus casa maison 房子
insurance: versicherung seguro assurance 保险
invoice: rechnung factura facture 发票
invite: einlad lade invita 邀请
issue: problem problema probleme 问题
job: stelle stellen trabajo emploi poste 职位 工作
language: sprache idioma langue 语言
law: recht gesetz ley loi 法律
lend: leih ausleih verleih presta prete 借
letter: brief carta lettre 信
library: bibliothek bucherei biblioteca bibliotheque 图书馆
light: licht lampe luz lampara lumiere 灯
list: liste auflist lista liste 列表 清单 列出
listen: hor hore anhor escucha ecoute 听
loan: kredit darlehen prestamo pret 贷款
location: standort ort ubicacion lieu endroit 位置 地点
lock: abschliess verriegel cierra verrouill 锁
map: karte landkarte mapa plan 地图
medicine: medikament arznei medicina medicament 药
meeting: besprechung sitzung treffen reunion reunir 会议
member: mitglied miembro socio membre 会员 成员
menu: speisekarte carta 菜单
message: nachricht mensaje 消息 留言 短信
meter: zahlerstand zahler contador compteur 电表
money: geld dinero argent 钱
move: verschieb umzieh mueve mover deplac 移动 挪
movie: kino pelicula cine 电影
museum: museo musee 博物馆
music: musik musica musique 音乐
name: nenn benenn nombre nom 名字
navigate: navigier 导航
news: nachrichten noticia actualites 新闻
note: notiz notier nota anota 笔记 备注 记录
number: nummer zahl numero 号码
open: offne offnen abre abrir ouvre ouvrir 打开
order: bestell bestelle pedido pide encarga command 订单 点餐 下单
parcel: paket paquete colis 包裹
park: parkplatz parkhaus aparca aparcam stationn 停车
password: passwort kennwort contrasena passe 密码
patient: paciente 病人 患者
pause: pausier pausa 暂停
pay: zahl zahle bezahl paga pagar paie payer 付 支付 付款 缴
permission: genehmig permiso autoris 许可
pharmacy: apotheke farmacia pharmacie 药房 药店
phone: telefon handy telefono telephone 电话 手机
photo: foto fotos bild bilder imagen 照片 图片
plant: pflanz pflanze planta plante 植物 种
play: spiel spiele abspiel reproduc toca pon joue jouer 播放 放
playlist: 歌单 播放列表
podcast: folge episodio episode 播客
post: beitrag publica poste 帖子 发布
prescription: rezept receta ordonnance 处方
price: preis preise precio prix 价格 多少钱
print: druck drucke imprim 打印
profile: profil perfil 资料
project: projekt proyecto projet 项目
quote: angebot presupuesto devis 报价
rain: regen lluvia pluie 下雨
rate: bewert puntu evalu note 评分
read: lies lese lesen vorles lee leer lis lire 读 阅读
receipt: quittung beleg kassenbon recibo recu 收据
recipe: rezept rezepte receta recette 食谱 菜谱
record: aufnahm aufzeichn graba registr enregistr 录 录制 记录
refund: erstatt ruckerstatt reembols rembours 退款
register: anmeld registrier einschreib inscrib inscri 注册 报名 登记
remind: erinner recuerd recorda rappel rappelle 提醒
rent: miet miete mieten alquil loyer louer 租 租金
repair: reparier reparatur repara arregl repar 修 维修 修理
report: bericht melde meld melden informe reporta rapport 报告
reschedule: umbuch verleg reprogram reporter 改期
restaurant: restaurante 餐厅 饭店
return: zuruckgeb zuruck ruckgabe retour devuelv devol retourn rendre 退货 归还 退
review: bewertung rezension resena critique avis 评价
room: zimmer raum habitacion sala chambre salle 房间
route: strecke weg ruta itineraire 路线
sale: verkauf verkaufe vend venta vente vendre 卖 销售
salary: gehalt lohn sueldo salario salaire 工资
save: speicher guarda guardar enregistr sauvegard 保存
schedule: plane terminplan programa horario planifi 安排 计划 时间表
school: schule escuela ecole 学校
score: punktestand marcador puntuacion 比分
search: such suche suchen busca buscar cherche rechercher 搜索 查找 查询
seat: platz sitzplatz asiento place siege 座位
sell: verkauf vende vender vends vendre 卖
send: schick schicke send sende envia enviar manda envoie envoy 发送 发 寄
service: dienst servicio 服务
share: teile teilen freigeb comparte partag 分享
ship: versand verschick envio expedi 发货
shop: laden geschaft tienda magasin boutique 商店
show: zeig zeige zeigen muestra ensena montre affich 显示 给我看 看看
sleep: schlaf sueno dormir sommeil 睡眠 睡
song: lied lieder cancion chanson 歌 歌曲
speed: geschwindigkeit tempo velocidad vitesse 速度
start: starte starten beginn anfang empieza inicia arranca demarr commenc lance 开始 启动
statement: kontoauszug extracto releve 对账单
status: stand zustand estado etat 状态 进度
stop: stopp halt detener arret 停止
student: schuler studierend alumno estudiante eleve etudiant 学生
subscribe: abonnier suscri abonn 订阅
summarize: zusammenfass resum resume 总结 摘要
table: tisch mesa 桌
task: aufgabe tarea tache 任务
tax: steuer impuesto impot 税
teacher: lehrer profesor enseignant maitresse 老师
temperature: temperatur temperatura 温度
ticket: fahrkarte eintrittskarte karten billete entrada boleto billet 票 门票
time: uhrzeit zeit zeiten hora heure 时间
timetable: fahrplan stundenplan horario horaire 时刻表 课表
track: verfolg sendungsverfolg rastrea segui suivre suis 跟踪 物流 追踪
train: zug zuge tren trains 火车 高铁
transfer: uberweis transfier transferencia virement vire 转账 转
translate: ubersetz traduc tradu 翻译
travel: reise reisen viaj voyag 旅行 旅游
trip: reise ausflug viaje voyage 行程
update: aktualisier actualiz mets mettre 更新
upload: hochlad hochgeladen sube subir televers 上传
vacation: urlaub ferien vacaciones vacances 假期 请假
value: wert valor vale valeur vaut 价值
video: 视频
visit: besuch visita visite 参观
wait: warte warten espera attend 等
water: giess wasser bewasser riega agua arros 浇水 水
weather: wetter tiempo meteo 天气
week: woche semana semaine 星期 周
weight: gewicht peso poids 体重 重量
word: wort worter palabra mot mots 单词
workout: training entrenamiento entrainement 锻炼 健身
write: schreib schreibe escrib ecris ecrire 写
delete: bin trash erase scrub wipe ditch zap
cancel: scrap axe scratch abort withdraw
remove: strip drop discard
search: hunt dig
find: locate where wheres whereabouts spot
call: ring dial
send: forward shoot mail dispatch
message: text dm ping sms
buy: purchase grab
book: reserve
pay: settle
submit: lodge
list: which
add: append
start: launch kick fire
stop: halt kill
balance: broke
price: cost worth pricey
cheap: bargain
repair: fix mend broken
schedule: slot
reschedule: postpone
"""


@cache
def _entries() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """English words by words of an alphabet, and by Chinese words."""
    spelled: dict[str, list[str]] = {}
    chinese: dict[str, list[str]] = {}
    for line in _TABLE.strip().splitlines():
        english, _, others = line.partition(":")
        for word in others.split():
            (chinese if _CJK.search(word) else spelled).setdefault(word, []).append(english)
    return spelled, chinese


def glosses(text: str, known: Container[str] = ()) -> list[str]:
    """English words for the words of a text, in its order; `text` is in lower case and without accents.

    Words whose stem is `known` are left alone: the tools' own words need no translation.

    >>> glosses("bitte den flug stornieren")
    ['flight', 'cancel']
    """
    spelled, chinese = _entries()
    found: dict[str, None] = {}
    for match in _LATIN.finditer(text):
        word = match[0]
        if stem(word) not in known:
            found.update(dict.fromkeys(_spelled(word, spelled)))
    if _CJK.search(text):
        for word, english in chinese.items():
            if word in text:
                found.update(dict.fromkeys(english))
    return list(found)


def _spelled(word: str, table: dict[str, list[str]]) -> list[str]:
    """The entry of a word: the word itself, or its longest beginning of four letters and more."""
    if word in table:
        return table[word]
    for length in range(min(len(word), LONGEST_PREFIX), _SHORTEST_PREFIX - 1, -1):
        if word[:length] in table:
            return table[word[:length]]
    return []
