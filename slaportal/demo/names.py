"""Names and attributes from which the demo's leads are drawn."""

FIRST_NAMES = (
    "Patrícia", "Sérgio", "Fernanda", "Thiago", "Renata", "Otávio", "Lívia", "Carlos", "Beatriz",
    "Marcelo", "Aline", "Gustavo", "Priscila", "Rodrigo", "Luana", "Eduardo", "Janaína", "Caio",
    "Paulo", "Simone", "Vinícius", "Débora", "Leandro", "Camila", "Roberto", "Tatiana", "Igor",
)  # fmt: skip
SURNAMES = (
    "Gomes", "Pacheco", "Oliveira", "Martins", "Campos", "Sampaio", "Moura", "Reis", "Nakamura",
    "Brandão", "Barros", "Teles", "Antunes", "Teixeira", "Freitas", "Kato", "Vasconcelos",
    "Figueiredo", "Azevedo", "Cardoso", "Siqueira", "Fontes", "Prates", "Monteiro", "Duarte",
)  # fmt: skip
COMPANIES = (
    "Metalúrgica Santa Rita", "Grupo Aroeira", "Construtora Vale Norte", "LogBrasil Transportes",
    "Clínica Vida Plena", "Têxtil Blumenau", "EduTec Sistemas", "Frigorífico Campo Alto",
    "Solar Cerrado Energia", "Porto Sul Logística", "Farmácias Bem Viver",
    "Cooperativa Serra Azul",
    "Rede Hotéis Litoral", "Cervejaria Três Picos", "Hospital São Lucas", "AgroNorte Sementes",
    "Editora Novo Mundo", "Indústria Mantiqueira", "Distribuidora Pampa", "Óptica Central",
    "Gráfica Horizonte", "Móveis Ipê", "Transportadora Rio Claro", "Laticínios Serra Verde",
    "Instituto de Pesquisas e Desenvolvimento Tecnológico do Vale do Paraíba Paulista",
)  # fmt: skip
ATTRIBUTES: dict[str, tuple[object, ...]] = {
    "request": (
        "demonstração", "preço", "contato", "avaliação", "avaliação", "conteúdo",
        "conteúdo", "evento",
    ),
    "origin": (
        "busca paga", "busca paga", "busca orgânica", "redes sociais", "webinar", "indicação",
        "e-mail", "feira",
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
