"""A thousand labelled comments of our own making, and how well the rules tell spam from ham among them.

Two halves that share no template and no author: one to learn from, one to be judged. Spanish and English; some spam
is polite and has no link, some ham is angry, shouts or has links, because that is how they come.

    python -m tests.spam        prints precision and recall, without and with what was learnt
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime

from tertulia.conversation import bayes
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.rules import Case, Signals, judge
from tertulia.store.recording import fingerprint
from tertulia.store.said import Author, Incoming, Known

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """One comment, and what a person says it is."""

    text: str
    name: str
    site: str
    spam: bool


# Each half: spam templates, ham templates, what fills their gaps, names of each.
TRAIN = {
    "spam": (
        "Excelente artículo, me ha servido mucho. Visita mi web de {thing}: {link}",
        "Gana dinero desde casa con {thing}, {n} euros al día sin experiencia {link}",
        "Great post! I also found {thing} cheap here {link} and {link}",
        "Buy {thing} online without prescription, best price guaranteed. {link} {link} {link}",
        "[url={link}]{thing} barato[/url] [url={link}]ofertas[/url]",
        '<a href="{link}">{thing}</a> the best in {place}, call now',
        "¿Necesitas un préstamo urgente? {thing} aprobado en {n} minutos, escribe al WhatsApp +34 600 {n} {n}",
        "I was broke until I met a trader who multiplied my bitcoin by {n}. Contact him for {thing}: {link}",
        "Somos una agencia de {place} con los mejores servicios de {thing}. Más información en {link}",
        "Very informative. Thanks for sharing. Our company offers {thing} in {place}. {link}",
        "Купить {thing} дешево с доставкой {link}",
        "Hola, soy vidente y recupero a tu pareja en {n} horas, amarres y {thing} garantizados {link}",
        "This is amazing content, keep it up! {thing} {thing} {thing}",
        "Recomiendo el casino {place}: bono de {n} euros y {thing} al registrarte {link}",
        "Want more followers? Get {n} real followers and {thing} today at {link}",
        "Tu web no aparece en Google. Hacemos {thing} para blogs como este desde {n} euros {link}",
    ),
    "ham": (
        "No estoy de acuerdo con lo del {thing}: en {place} llevamos años haciéndolo de otra manera y funciona.",
        "A mi madre le pasó lo mismo con el {thing}. Estuvo {n} minutos esperando y al final le colgaron.",
        "Gracias por escribirlo. Lo he mandado al grupo de {place} y ha habido debate para rato.",
        "I worked {n} years at a {thing} in {place} and every word of this is true.",
        "¡¡¡ESO ES LO QUE DIGO YO SIEMPRE!!! Con el {thing} no hay quien pueda.",
        "Hay una errata en el tercer párrafo, dice {thing} y creo que debería ir en plural.",
        "Esto ya lo contaba mejor el diario de {place} hace {n} años: {own}",
        "What about people who cannot call? My neighbour in {place} is deaf and the {thing} is useless to her.",
        "Menuda tontería. El {thing} lo pagamos todos y luego nadie contesta.",
        "Pues en la oficina de {place} me atendieron de maravilla. También hay que decirlo cuando sale bien.",
        "Me he reído con lo del {thing}. Mi jefa lo tiene impreso al lado de la cafetera.",
        "Is the {thing} story true? I would love to read the long version some day.",
        "Llevo {n} días dándole vueltas. Creo que confundes la causa con el efecto, pero me gusta cómo lo planteas.",
        "Yo estaba allí, en {place}, y no fue así: primero contestaron ellos y después llegó la queja.",
        "Thank you. The part about the {thing} made me call my father.",
        "¿Y la segunda parte cuándo sale? Nos dejaste a medias con el {thing}.",
    ),
    "things_spam": (
        "viagra",
        "criptomonedas",
        "posicionamiento SEO",
        "relojes",
        "payday loans",
        "slots",
        "trading",
        "cialis",
    ),
    "things_ham": (
        "mostrador",
        "teléfono",
        "formulario",
        "buzón",
        "help desk",
        "contestador",
        "albarán",
        "complaint form",
    ),
    "places": ("Zaragoza", "Puebla", "Leeds", "Almería", "Cork", "Oaxaca"),
    "names_spam": ("James Loans", "MarketingPro", "best-slots.top", "Svetlana", "Carlos Inversor", "SEO Experto"),
    "names_ham": ("Maruja", "Tomás G.", "Eileen", "Quique", "Lourdes P.", "Derek"),
    "hosts_spam": ("cheap-pills.example.top", "ganadinero.example.xyz", "bit.ly", "best-slots.example.online"),
    "hosts_ham": ("diario.example", "archivo.example.org"),
}
TEST = {
    "spam": (
        "Me encanta tu blog, muy completo. Si te interesa {thing} entra aquí {link}",
        "Trabaja {n} horas a la semana y cobra el doble: {thing} para todos {link}",
        "Nice article, bookmarked! You can get {thing} at a discount: {link} {link}",
        "Order {thing} today, worldwide shipping, no questions asked {link} {link} {link} {link}",
        "[link={link}]{thing}[/link] descuento del {n} por ciento",
        "Click <a href='{link}'>here</a> for {thing} in {place}",
        "Crédito inmediato sin aval en {place}. {thing} en el acto, llama al 91 {n} {n} {n}",
        "A lady on Telegram helped me recover my lost crypto and {thing}. She is honest: {link}",
        "Empresa líder en {thing} busca distribuidores en {place}, visítanos {link}",
        "Thanks for this wonderful information, we provide {thing} services. {link}",
        "Лучшие {thing} в интернете {link}",
        "El maestro Bakary resuelve problemas de amor, dinero y {thing}, pago tras resultado {link}",
        "Wow, what a fantastic read, I will share it with my {thing} friends, have a great day everyone",
        "Apuestas con {thing} y sin depósito, {n} giros gratis en {link}",
        "Grow your channel with {thing}: {n} subscribers guaranteed {link}",
        "He analizado su página y tiene {n} errores. Ofrecemos {thing} y auditoría gratis {link}",
    ),
    "ham": (
        "Lo siento pero no: el {thing} nunca ha servido para eso, y menos en {place}.",
        "Justo ayer discutí de esto con mi cuñado. Él dice que el {thing} es cosa del pasado y yo que ni hablar.",
        "Qué bien contado. Me he acordado de la tienda de mi abuelo en {place}.",
        "My union argued about the {thing} for {n} meetings. You did it in six paragraphs.",
        "SOY LA QUE ESTABA DETRÁS EN LA COLA Y LO CONFIRMO TODO, LO DEL {thing} FUE DE VERGÜENZA AJENA",
        "Un matiz: en {place} el {thing} se llama de otro modo, y de ahí viene el lío.",
        "Sobre esto hay un estudio muy bueno, con datos de {place}: {own}",
        "Genuine question: who pays for the {thing} when nobody uses it?",
        "Vaya morro. {n} años pagando recibos para que te salte el {thing}.",
        "A favor de la funcionaria diré que me resolvió lo del {thing} sin que se lo pidiera.",
        "Lo leí en voz alta en la cena, en {place}, y acabamos a gritos, pero de los buenos.",
        "The translation loses the joke about the {thing}, but I laughed anyway.",
        "Creo que te falta hablar con quien está al otro lado. Yo fui esa persona {n} meses.",
        "No fue en {place}, fue en el pueblo de al lado. Por lo demás, clavado.",
        "I forwarded it to my bank. They sent me to the {thing}. Of course.",
        "¿Podrías explicar mejor lo del {thing}? Me perdí a la mitad, seguramente por la hora.",
    ),
    "things_spam": (
        "réplicas de bolsos",
        "forex",
        "backlinks",
        "kamagra",
        "online betting",
        "NFT",
        "hosting",
        "diet pills",
    ),
    "things_ham": (
        "ventanilla única",
        "chat",
        "centralita",
        "recibo",
        "switchboard",
        "buzón de voz",
        "impreso",
        "queue ticket",
    ),
    "places": ("Cádiz", "Mérida", "Bristol", "Teruel", "Galway", "Rosario"),
    "names_spam": ("Finance Desk", "WebRanking24", "lucky-bet.site", "Olga", "Asesor Financiero", "Linkbuilder"),
    "names_ham": ("Paqui", "Ignasi", "Moira", "Chelo R.", "Fermín", "Ruth"),
    "hosts_spam": ("luxury-bags.example.shop", "credito-ya.example.net", "tinyurl.com", "betlucky.example.site"),
    "hosts_ham": ("periodico.example", "universidad.example.edu"),
}


def half(parts: dict[str, tuple[str, ...]], number: int, seed: int) -> list[Labelled]:
    """*number* comments of one half, every second one spam."""
    draw = random.Random(seed)
    made: list[Labelled] = []
    said: set[str] = set()
    for at in range(number):
        spam = at % 2 == 0
        kind = "spam" if spam else "ham"
        text = _filled(draw, parts, kind)
        while not spam and text in said:  # people do not say the same thing word for word; programs do
            text = _filled(draw, parts, kind)
        said.add(text)
        has_site = draw.random() < (0.5 if spam else 0.2)
        site = f"https://{draw.choice(parts[f'hosts_{kind}'])}/" if has_site else ""
        made.append(Labelled(text, draw.choice(parts[f"names_{kind}"]), site, spam))
    return made


def _filled(draw: random.Random, parts: dict[str, tuple[str, ...]], kind: str) -> str:
    """A template with its gaps filled."""
    text = draw.choice(parts[kind])
    while "{" in text:
        text = text.replace("{link}", f"https://{draw.choice(parts['hosts_spam'])}/{draw.randrange(10**5)}", 1)
        text = text.replace("{own}", f"https://{draw.choice(parts['hosts_ham'])}/{draw.randrange(10**4)}", 1)
        text = text.replace("{thing}", draw.choice(parts[f"things_{kind}"]), 1)
        text = text.replace("{place}", draw.choice(parts["places"]), 1)
        text = text.replace("{n}", str(draw.randrange(2, 999)), 1)
    return text


def learnt(comments: list[Labelled]) -> dict[str, tuple[int, int]]:
    """What the filter knows after the owner decided on *comments*."""
    counts: dict[str, list[int]] = {"": [0, 0]}
    for one in comments:
        for word in ["", *bayes.words_of(one.text, one.name, one.site)]:
            counts.setdefault(word, [0, 0])[0 if one.spam else 1] += 1
    return {word: (spam, ham) for word, (spam, ham) in counts.items()}


def judged(comments: list[Labelled], counts: dict[str, tuple[int, int]]) -> list[tuple[Labelled, str]]:
    """The verdict on each, in the order in which they come; no script, no haste, no honeypot gives any away."""
    seen: dict[str, int] = {}
    found = []
    for at, one in enumerate(comments):
        incoming = Incoming(
            source="form", source_id=str(at), post="p", lang="es", kind="comment", published=NOW, text=one.text,
            html=to_html(one.text), author=Author(network="form", identity=str(at), name=one.name, url=one.site),
        )  # fmt: skip
        print_ = fingerprint(one.text)
        known = Known(repeats=seen.get(print_, 0) if print_ else 0)
        seen[print_] = seen.get(print_, 0) + 1
        found.append((one, judge(Case(incoming, known, Signals()), counts).status))
    return found


def measured(verdicts: list[tuple[Labelled, str]]) -> tuple[float, float, int, int]:
    """Precision, recall, ham taken for spam, spam left in the queue."""
    caught = sum(one.spam for one, status in verdicts if status == "spam")
    wrong = sum(not one.spam for one, status in verdicts if status == "spam")
    missed = sum(one.spam for one, status in verdicts if status != "spam")
    return caught / max(1, caught + wrong), caught / max(1, caught + missed), wrong, missed


def main() -> None:
    train, test = half(TRAIN, 500, 1), half(TEST, 500, 2)
    for name, counts in (("nothing learnt", {}), ("500 decisions", learnt(train))):
        precision, recall, wrong, missed = measured(judged(test, counts))
        shares = f"precision {precision:.3f}  recall {recall:.3f}"
        print(f"{name:<16} {shares}  ham in the spam box {wrong}, spam left in the queue {missed}")


if __name__ == "__main__":
    main()
