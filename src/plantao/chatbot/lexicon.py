"""Words that tell what a customer wants, as stems of normalised text: they let the classifier understand words
that no example has. A stem matches at the beginning of a word. Short ones that need the whole word end in `\\b`.
"""

import re

from plantao.chatbot.engine import Intent


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as a line."""
    return frozenset(text.split())


# How people abbreviate, and what is one word to us.
_ABBREVIATIONS = (
    "vc:voce vcs:voces vces:voces ce:voce ces:voces ta:esta tah:esta to:estou tou:estou tava:estava net:internet "
    "inter:internet interneti:internet qro:quero kero:quero qero:quero quro:quero qria:queria q:que oq:que "
    "pq:porque pra:para pro:para pras:para p:para n:nao nn:nao num:nao naum:nao tbm:tambem tb:tambem "
    "blz:beleza vlw:valeu flw:falou obg:obrigado obgd:obrigado obgda:obrigado brigado:obrigado brigada:obrigado "
    "obrigada:obrigado aki:aqui hj:hoje td:tudo mt:muito mto:muito mta:muita msm:mesmo dnv:novamente "
    "pfv:favor pfvr:favor pf:favor pls:favor kd:cade qto:quanto qnt:quanto qnto:quanto qdo:quando "
    "qnd:quando c:com "
    "vdd:verdade ngm:ninguem zap:whatsapp whats:whatsapp wpp:whatsapp dms:demais apto:apartamento "
    "ape:apartamento megas:mega mb:mega giga:mega eh:e vo:vou num:nao agr:agora atend:atendente "
    "bleto:boleto bolto:boleto canselar:cancelar cancela:cancelar seg:segunda end:endereco"
)
CANONICAL = dict(pair.split(":") for pair in _ABBREVIATIONS.split())

_STEMS: dict[Intent, str] = {
    Intent.GREETING: (
        r"oi+e?\b|ola+\b|o?opa+\b|bo+m di+a+|bdia|boa (?:tarde|noite)|alo\b|e ?a[ie]\b|hey\b|hello|"
        r"tudo (?:bem|bom|certo|joia)|"
        r"como vai|tranquilo|beleza\b|(?:tirar?|tenho) uma duvida|uma ajud|me ajud|informac|salve|saudac|querid|"
        r"me chamo|meu nome e|sou (?:o|a|cliente)|tem alguem (?:ai|on|online)"
    ),
    Intent.NO_CONNECTION: (
        r"sem (?:\w+ )?(?:internet|sinal|conexao|acesso|rede)|(?:internet|conexao|sinal|fibra|rede|tudo) (?:\w+ )?"
        r"(?:caiu|parou|sumiu|morreu|acabou|cortou|apagou|foi embora|off)|caiu\b|nao (?:conecta|funciona|"
        r"pega|navega|liga|volta|"
        r"voltou|acende|abre|carrega nada)|luz\w* vermelh|vermelh|los\b|pon\b|fora do ar|queda|romp|arrebent|parti|"
        r"cabo (?:da fibra|partid|solt)|fio|poste|raio|temporal|tempestade|queim|apag|zerad|mort[oa]\b|offline|off\b|"
        r"nenhum(?:a)? (?:aparelho|luz|conexao|internet)|nada (?:conecta|funciona|abre|pega)|manutencao|"
        r"que horas volta|quando volta|previsao de (?:retorno|volta)|sumiu|parou|desde (?:ontem|cedo|hoje|as)"
    ),
    Intent.TECHNICAL_SUPPORT: (
        r"lent[aoi]|devagar|trava|oscil|caindo|instav|wi ?fi|roteador|modem|ping\b|lag\b|ms\b|latenc|velocidade|"
        r"senha|sinal fraco|fraco|reinici|reset|repetidor|mesh|rede\b|conect|porta\b|ip\b|dns|vpn|bridge|"
        r"camera|dvr|tv\b|"
        r"televisao|smart|notebook|celular|jogo|jogando|free fire|valorant|netflix|youtube|video|stream|carregando|"
        r"congel|pixel|delay|upload|download|speedtest|teste de velocidade|chega (?:so )?\d+|perto do roteador|"
        r"toda hora|intermit|quarto|comodo|alcanc|esquenta|antena|configur|ruim|demora (?:muito )?(?:para|"
        r"a) (?:abrir|carregar)"
    ),
    Intent.BILLING: (
        r"boleto|fatura|2a? via|segunda via|pix\b|pag(?:ar|uei|amento|o|a|ando)\b|vencim|venc|cobranc|"
        r"cobra(?:ram|ndo)|desbloque|"
        r"bloque|conta\b|debito|nota fiscal|nf\b|juros|valor da|mensalidade|atras|parcel|divida|dev(?:o|"
        r"endo)\b|negoci|acordo|"
        r"comprovante|recibo|cartao|codigo de barra|qr ?code|copia e cola|estorn|reembols|desconto|confianca|quit|"
        r"serasa|spc\b|multa por|taxa|duplic|prazo|financeir|extrato|religa|libera|loteric|cpf"
    ),
    Intent.SALES: (
        r"plano|contrat(?:ar|o novo)|assinar|assino|cobertura|viabilidade|upgrade|aumentar|melhorar|preco|"
        r"promoc|oferta|"
        r"quanto (?:custa|fica|e|sai|esta)|atende[m]? (?:no|na|em|o|a|aqui)|tem fibra|disponi|valores|"
        r"orcament|pacote|"
        r"combo|fidelidade|adesao|instala(?:cao)? (?:e )?(?:gratis|de graca|custa)|taxa de instal|interesse|"
        r"ser cliente|panfleto|anuncio|indica|empres|cnpj|link|mega\b|\d+ mega|telefone fixo|chip|ponto adicional|"
        r"recomenda|vale a pena|turbin|mais rapid|dobro|lista de|catalogo|proposta|cupom|loteamento|"
        r"ja chegou|documento|"
        r"bairro|minha rua|cep\b|condominio|migrar|concorrente|colocar internet|por internet|black friday|loja fisica"
    ),
    Intent.CANCELLATION: (
        r"cancel|encerr|rescin|rescis|distrat|desist|desativ|dar? baixa|quero sair|vou sair|deslig(?:ar|amento)|"
        r"nao quero mais|nao vou (?:mais )?(?:renovar|continuar|usar)|nao (?:uso|preciso) mais|devolv|retira|suspend|"
        r"pausar|congelar (?:o )?(?:plano|contrato)|troc\w+ de operadora|mud\w+ (?:para|de) (?:outra )?operadora|"
        r"outra (?:empresa|operadora)|concorrencia|faleceu|arrepend|remov|tira(?:r)? (?:o|a|minha)|"
        r"nao compensa|multa (?:para|se|de)"
    ),
    Intent.SCHEDULING: (
        r"agend|visita|tecnico|instalador|remarcar|desmarc|marc(?:ar|a|ado|aram|ada)|horario|"
        r"que horas (?:vem|vai|o|a|chega)|"
        r"chamado|protocolo|ordem de servico|os\b|instala(?:ram|cao|r)?\b|equipe|rapaz|vem (?:hoje|amanha|quando)|"
        r"manda(?:r|m)? (?:um|alguem)|esperando|aguardando|venham|vieram|veio|a caminho|de manha|a tarde|"
        r"sabado|domingo|"
        r"(?:segunda|terca|quarta|quinta|sexta)(?: feira)?\b|amanha|que dia|semana que vem|puxar|"
        r"passar (?:o )?cabo|ninguem (?:veio|apareceu)"
    ),
    Intent.MOVING: (
        r"mudanca|mudar (?:de|do|para|a internet|minha)|mud(?:ei|amos|ando|o)\b|me mudar|vou mudar|"
        r"endereco|casa nova|nova casa|"
        r"outra (?:casa|residencia|cidade)|outro (?:bairro|endereco|apartamento|lugar|local|imovel)|"
        r"transfer|levar|alug|residencia|"
        r"troc\w+ de (?:casa|apartamento|endereco)|apartamento novo|mora[r]?\b|sogra|mudansa|imovel|"
        r"nova (?:sala|loja)"
    ),
    Intent.HUMAN: (
        r"atendent|humano|pessoa|falar com|conversar com|fala com|alguem|robo|maquina|automatic|operador|"
        r"gerente|supervisor|"
        r"responsavel|me lig(?:a|ue|uem)|ligar|telefone|0800|ligacao|atendimento|setor|vendedor|consultor|funcionari|"
        r"transfer\w+ para (?:um|o) (?:atend|setor)|me passa para|me atend|me respond|ninguem (?:responde|"
        r"atende)|dono\b|gente\b|"
        r"atendid"
    ),
    Intent.COMPLAINT: (
        r"reclam|procon|anatel|absurd|pessim|vergonh|descaso|palhac|process|justica|juizado|advogad|"
        r"ouvidoria|horriv|horroros|"
        r"insatisf|indign|irritad|desrespeit|falta de|pior\b|lixo|porcaria|enrol|enganad|engano[us]|"
        r"ment(?:iu|ira)|mal educad|"
        r"gross[oa]|estupid|cansei|cansad|raiva|odio|ladr|roub|exij|providenc|ressarc|prejuiz|culpa|"
        r"nao resolv|ninguem (?:resolve|faz)|"
        r"toda (?:semana|vez)|de novo isso|quebrou|danific|decepc|queixa|nunca (?:mais|vi)|sacanagem|"
        r"fuleir|uma merda|"
        r"bosta|ridicul|nojo|nojent|horror|bagunca|baderna|incompet|trouxa|palhac|xing|ma fe\b|denunc|"
        r"inferno|caos|desaforo|"
        r"arrogan|ignorante|maltrat|saco cheio|paciencia|respeito|consideracao|da jeito|imprensa|crime|"
        r"porco|inadmiss|lament|frustr|nao aguento|consumidor|so (?:prometem|sabem|enrolam)|propaganda"
    ),
    Intent.THANKS: (
        r"obrigad|valeu|agradec|grat[oai]|tchau|ate (?:mais|logo|amanha|breve|a proxima)|so isso|"
        r"isso mesmo|deu (?:certo|bom)|"
        r"resolv(?:ido|eu|ida)|funcionou|voltou\b|normaliz|consegui|perfeito|maravilh|otim[oa]|excelente|show|top\b|"
        r"parabens|nota (?:dez|10)|abrac|beij|bj|abenco|com deus|falou\b|bom (?:descanso|trabalho|servico|fim|final)|"
        r"em ordem|recebi(?:do)?\b|gentil|atencios|amei|adorei|rapidez|campeao|tudo (?:certo|ok)|"
        r"otimo assim|tenha (?:um|uma)|thank|de nada|ajudou|satisfeit|nada mais|tmj\b|certinh|ficou (?:bom|"
        r"otim)|funcionando de novo"
    ),
    Intent.OUT_OF_SCOPE: (
        r"pizza|lanche|comida|receita|bolo|arroz|carne|frango|restaurante|cardapio|delivery|padaria|"
        r"mercado|gas\b|agua|"
        r"luz\b(?! (?:do|da|los|verm|pon))|energia|chuva|chov|sol\b|clima|tempo\b|temperatura|futebol|"
        r"jogo (?:do|de hoje)|time\b|"
        r"flamengo|corinthians|palmeiras|campeonato|novela|filme|serie|cinema|musica|cantor|piada|historia|"
        r"poema|redacao|"
        r"texto|traduz|ingles|capital (?:da|do)|presidente|politica|votar|eleic|religi|igreja|signo|"
        r"namorad|casar|amor\b|"
        r"te amo|bonit|idade|quantos anos|emprego|vaga de|curricul|trabalhar (?:com|ai)|medic|remedio|"
        r"dentista|consulta|hospital|"
        r"farmacia|doenca|exame|salao|cabelo|unha|carro|moto\b|terreno|casa a venda|vendo\b|comprar|"
        r"loja de|roupa|sapato|"
        r"emprestimo|credito (?:para|facil)|consignado|ganh(?:e|ar) dinheiro|sorteado|clique|marketing|"
        r"agencia|parceria|"
        r"patrocin|rifa|corrente|numero errado|engano\b|errado|enviei|outra pessoa|mae\b|pai\b|filho|vo\b|tia\b|"
        r"passagem|viagem|hotel|onibus|feriado|identidade|cnh\b|detran|correio|encomenda|pedido|shopee|"
        r"facebook|instagram foi|"
        r"hacke|\d+ (?:vezes|mais|menos|dividido)|conserta|geladeira|maquina de lavar|iphone|escola|prova|"
        r"dever de casa|"
        r"lasanha|feijoada|pao\b|leite|loteria|mega sena|resultado|pascoa|carnaval|natal|deus existe|"
        r"acredita|bicicleta|sofa|"
        r"borracharia|oficina|veterinari|estagio|contabilidade|uniforme|software|raiz quadrada|soma\b|"
        r"carta para|passarinho|"
        r"me empresta|dinheiro empr|rodoviaria|ensina|quem (?:canta|inventou|ganhou|descobriu)|aniversario|"
        r"curiosidade|sentido da vida|gosta de|voce e casad|cachorro|gato\b|banner|grafica|vende"
    ),
}
STEMS = {intent: re.compile(rf"(?<!\w)(?:{stems})") for intent, stems in _STEMS.items()}


def concepts(text: str) -> list[tuple[Intent, int]]:
    """The intents whose words stand in a canonical text, and how many different ones."""
    found = ((intent, len(set(pattern.findall(text)))) for intent, pattern in STEMS.items())
    return [(intent, count) for intent, count in found if count]
