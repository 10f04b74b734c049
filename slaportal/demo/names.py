"""Names and attributes from which the demo's leads are drawn."""

from random import Random
from typing import Any

from django.utils.text import slugify

_FIRST_NAMES = (
    "Patrícia", "Sérgio", "Fernanda", "Thiago", "Renata", "Otávio", "Lívia", "Carlos", "Beatriz",
    "Marcelo", "Aline", "Gustavo", "Priscila", "Rodrigo", "Luana", "Eduardo", "Janaína", "Caio",
    "Paulo", "Simone", "Vinícius", "Débora", "Leandro", "Camila", "Roberto", "Tatiana", "Igor",
)  # fmt: skip
_SURNAMES = (
    "Gomes", "Pacheco", "Oliveira", "Martins", "Campos", "Sampaio", "Moura", "Reis", "Nakamura",
    "Brandão", "Barros", "Teles", "Antunes", "Teixeira", "Freitas", "Kato", "Vasconcelos",
    "Figueiredo", "Azevedo", "Cardoso", "Siqueira", "Fontes", "Prates", "Monteiro", "Duarte",
)  # fmt: skip
_TRADES = (
    "Metalúrgica", "Construtora", "Clínica", "Têxtil", "Frigorífico", "Farmácias", "Cooperativa",
    "Cervejaria", "Hospital", "Editora", "Indústria", "Distribuidora", "Óptica", "Gráfica",
    "Móveis", "Transportadora", "Laticínios", "Logística", "Sementes", "Rede Hotéis",
)  # fmt: skip
_PLACES = (
    "Santa Rita", "Vale Norte", "Vida Plena", "Blumenau", "Campo Alto", "Serra Azul",
    "Três Picos", "São Lucas", "Novo Mundo", "Mantiqueira", "Pampa", "Central", "Horizonte", "Ipê",
    "Rio Claro", "Serra Verde", "Porto Sul", "Cerrado", "Litoral", "Aroeira",
)  # fmt: skip
_LONG_COMPANY = "Instituto de Pesquisas e Desenvolvimento Tecnológico do Vale do Paraíba Paulista"
_SHARE_OF_LONG, _SHARE_OF_GAPS = 0.01, 0.015
WHY_BELOW = ("Pediu uma ligação na feira.", "Indicação de um cliente.", "Já conhece o produto.")
WHY_CONTESTED = (
    "A empresa abriu uma filial no nosso mercado.",
    "O telefone foi conferido hoje e atende.",
    "O contato anterior é de outra unidade da empresa.",
)
ATTRIBUTES: dict[str, tuple[object, ...]] = {
    "request": (
        "demonstração", "preço", "contato", "avaliação", "avaliação", "conteúdo",
        "conteúdo", "evento",
    ),
    "origin": (
        "busca paga", "busca paga", "busca orgânica", "redes sociais", "webinar", "indicação",
        "e-mail", "feira",
    ),
    "campaign": (
        "Lançamento 2026", "Lançamento 2026", "Feira da Indústria", "Guia de custos",
        "Guia de custos", "Indique um colega", "",
    ),
    "industry": ("indústria", "construção", "logística", "saúde", "varejo", "alimentos"),
    "job_title": ("Diretora", "Gerente de operações", "Analista", "Coordenador", "Sócio"),
    "state": ("SP", "MG", "RJ", "PR", "SC", "RS", "GO"),
    "pricing_page_visits": (0, 0, 1, 2, 4),
    "webinars": (0, 0, 0, 1),
    "emails_opened": (0, 1, 3, 5),
}  # fmt: skip
# What leads have that fit what the company sells.
FITTING: dict[str, tuple[object, ...]] = {
    "industry": ("indústria", "indústria", "varejo", "logística"),
    "job_title": ("Diretora", "Diretor comercial", "Gerente de operações"),
    "pricing_page_visits": (1, 2, 3, 4),
    "webinars": (0, 1, 1),
    "emails_opened": (1, 3, 4, 5),
}


def person(random: Random) -> dict[str, Any]:
    """Return who a lead is, now and then with a gap; some come twice, as in every such list."""
    first, last = random.choice(_FIRST_NAMES), random.choice(_SURNAMES)
    company = f"{random.choice(_TRADES)} {random.choice(_PLACES)}"
    if random.random() < _SHARE_OF_LONG:
        company = _LONG_COMPANY
    domain = slugify(company).replace("-", "")[:24]
    phone = f"+55 11 9{random.randrange(10**8):08d}"
    return {
        "name": f"{first} {last}",
        "company": company,
        "email": f"{slugify(first)}.{slugify(last)}@{domain}.example",
        "phone": "n/a" if random.random() < _SHARE_OF_GAPS else phone,
        "country": "BR",
        "employees": int(random.lognormvariate(4.6, 0.8)) + 8,
    }
