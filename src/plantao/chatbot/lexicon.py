"""Words that tell what a customer wants, as stems of normalised text: they let the classifier understand words
that no example has. A stem matches at the beginning of a word. Short ones that need the whole word end in `\\b`.
"""

import re

from plantao.chatbot.engine import Intent


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as a line."""
    return frozenset(text.split())


# How people abbreviate and misspell, and what is one word to us. Only r and s stand twice, as in `features.words`.
_ABBREVIATIONS = (
    "vc:voce vcs:voces vces:voces ce:voce ces:voces ta:esta tah:esta to:estou tou:estou tava:estava net:internet "
    "inter:internet interneti:internet qro:quero kero:quero qero:quero quro:quero qria:queria q:que oq:que pq:porque "
    "pra:para pro:para pras:para p:para n:nao num:nao naum:nao tbm:tambem tb:tambem blz:beleza vlw:valeu flw:falou "
    "obg:obrigado obgd:obrigado obgda:obrigado brigado:obrigado brigada:obrigado obrigada:obrigado aki:aqui hj:hoje "
    "td:tudo mt:muito mto:muito mta:muita msm:mesmo dnv:novamente pfv:favor pfvr:favor pf:favor pls:favor kd:cade "
    "qto:quanto qnt:quanto qnto:quanto qdo:quando qnd:quando c:com vd:verdade ngm:ninguem zap:whatsap whats:whatsap "
    "wp:whatsap wats:whatsap dms:demais apto:apartamento ape:apartamento megas:mega mb:mega giga:mega eh:e vo:vou "
    "agr:agora atend:atendente bdia:bom_dia bleto:boleto bolto:boleto canselar:cancelar canselamento:cancelamento "
    "cancela:cancelar seg:segunda end:endereco orivel:horivel pesimo:pessimo pesima:pessima pecimo:pessimo "
    "cancelameto:cancelamento internete:internet intenet:internet internt:internet wi:wifi fi:wifi moden:modem "
    "rotiador:roteador boletu:boleto bulto:boleto boleto:boleto fatur:fatura tecnica:tecnico tequinico:tecnico "
    "ap:apartamento apt:apartamento brigadao:obrigado brigadu:obrigado brigadinha:obrigado obrigadao:obrigado "
    "obrigadu:obrigado valeus:valeu xau:tchau tchauzinho:tchau umano:humano atendete:atendente atentende:atendente "
    "atendiente:atendente antendente:atendente reclamasao:reclamacao mudansa:mudanca endereso:endereco "
    "enderesso:endereco trasferir:transferir tranferir:transferir aq:aqui dps:depois tmb:tambem hr:hora hrs:horas "
    "min:minutos qlqr:qualquer tdo:tudo tds:todos sla:sei_la"
)
CANONICAL = {short: long.replace("_", " ") for short, long in (pair.split(":") for pair in _ABBREVIATIONS.split())}
# What a picture says, when it says anything.
_PICTURES = {
    "oi": "👋",
    "joia": "👍👌",
    "parabens": "👏",
    "maospostas": "🙏",
    "raivoso": "😡🤬😠😤",
    "coracao": "❤😍🥰💙💚",
}
EMOJI = str.maketrans({picture: f" {word} " for word, pictures in _PICTURES.items() for picture in pictures})

_STEMS: dict[Intent, str] = {
    Intent.GREETING: (
        r"oi+e?\b|ola\b|opa\b|bom dia|boa (?:tarde|noite)|alo\b|e ?a[ie]\b|hey\b|helo|tudo (?:bem|bom|certo|joia)|"
        r"como vai|tranquilo|beleza\b|(?:tirar?|tenho) uma duvida|uma ajud|me ajud|informac|salve|saudac|querid|"
        r"me chamo|meu nome e|sou (?:o|a|cliente)|tem alguem (?:ai|on|online)"
    ),
    Intent.NO_CONNECTION: (
        r"sem (?:\w+ )?(?:internet|sinal|conexao|acesso|rede)|"
        r"(?:internet|conexao|sinal|fibra|rede|tudo) (?:\w+ )?"
        r"(?:caiu|parou|sumiu|morreu|acabou|cortou|apagou|foi embora|of)|"
        r"caiu\b|nao (?:conecta|funciona|pega|navega|liga|volta|voltou|acende|abre|carrega nada)|luz\w* vermelh|"
        r"vermelh|los\b|pon\b|fora do ar|queda|romp|arrebent|parti|cabo (?:da fibra|partid|solt)|fio|poste|raio|"
        r"temporal|tempestade|queim|apag|zerad|mort[oa]\b|ofline|of\b|nenhum(?:a)? (?:aparelho|luz|conexao|internet)|"
        r"nada (?:conecta|funciona|abre|pega)|manutencao|que horas volta|quando volta|previsao de (?:retorno|volta)|"
        r"sumiu|parou|desde (?:ontem|cedo|hoje|as)|nad[ao] (?:de internet|de sinal|pega|entra|carrega)|"
        r"nao (?:tem|chega|vem|da) (?:internet|sinal|conexao)|escuro|ninguem (?:aqui )?tem internet|"
        r"(?:bairro|rua|predio|vizinh\w+|cidade|regiao) (?:\w+ ){0,3}?(?:sem|caiu|parad)|0g|4g|nao (?:quer )?volta|"
        r"isolad|pifou|roeu|pode ser geral|geral\b|falha|nenhum lugar"
    ),
    Intent.TECHNICAL_SUPPORT: (
        r"lent[aoi]|devagar|trava|oscil|caindo|instav|wi ?fi|roteador|modem|ping\b|lag\b|ms\b|latenc|velocidade|"
        r"senha|sinal fraco|fraco|reinici|reset|repetidor|mesh|rede\b|conect|porta\b|ip\b|dns|vpn|bridge|camera|dvr|"
        r"tv\b|televisao|smart|notebok|celular|jogo|jogando|fre fire|valorant|netflix|youtube|video|stream|"
        r"carregando|congel|pixel|delay|upload|download|spedtest|teste de velocidade|chega (?:so )?\d+|"
        r"perto do roteador|toda hora|intermit|quarto|comodo|alcanc|esquenta|antena|configur|ruim|"
        r"demora (?:muito )?(?:para|a) (?:abrir|carregar)|oscila|picot|cort\w+ (?:a|minha) voz|engasg|alexa|"
        r"impressora|playstation|ps\d|xbox|nat\b|cgnat|ip fixo|jitter|perda de pacote|aquec|esquentand|lentid|lerd|"
        r"cai (?:e|toda|o tempo|direto|sempre|muito)|fica (?:caindo|indo|voltando|rodando|girando)|vai e volta|"
        r"aplicativo|site\b|\d+ ms|fps|invad|usando me|hack|2 00?|nao chega (?:nem )?(?:a )?(?:metade|\d)|"
        r"so (?:da|chega|pega|aparece) \d|trocar? (?:o |meu )?(?:roteador|modem|aparelho|equipamento)|mini?ecraft|"
        r"lol\b|live\b|cabo (?:de rede|azul|amarelo)"
    ),
    Intent.BILLING: (
        r"boleto|fatura|2a? via|segunda via|pix\b|pag(?:ar|uei|amento|o|a|ando)\b|vencim|venc|cobranc|"
        r"cobra(?:ram|ndo)|desbloque|bloque|conta\b|debito|nota fiscal|nf\b|juros|valor da|mensalidade|atras|parcel|"
        r"divida|dev(?:o|endo)\b|negoci|acordo|comprovante|recibo|cartao|codigo de barra|qr ?code|copia e cola|"
        r"estorn|rembols|desconto|confianca|quit|serasa|spc\b|multa por|taxa|duplic|prazo|financeir|extrato|religa|"
        r"libera|loteric|cpf|salario|aposentadoria|recebo dia|dia que recebo|acerto|regulariz|pendenc|aberto\b|"
        r"inadimpl|cobrad|cobrou|valor (?:errado|diferente|a mais)|aument(?:ou|o de)|reajust|carne\b|"
        r"baixa (?:no|do) pag|dei baixa|da baixa|moeda|centavo|reais|r 00|corta(?:r|ram|da|do)\b|corte\b|credito|"
        r"abat|ressarc\w+ (?:na|da) fatura|titular da|agencia banc|banco\b|pague|dinheiro|adiant|vencid|em dia\b|"
        r"emprest"
    ),
    Intent.SALES: (
        r"plano|contrat(?:ar|o novo)|assinar|assino|cobertura|viabilidade|upgrade|aumentar|melhorar|preco|promoc|"
        r"oferta|quanto (?:custa|fica|e|sai|esta)|atende[m]? (?:no|na|em|o|a|aqui)|tem fibra|disponi|valores|"
        r"orcament|pacote|combo|fidelidade|adesao|instala(?:cao)? (?:e )?(?:gratis|de graca|custa)|taxa de instal|"
        r"interesse|ser cliente|panfleto|anuncio|indica|empres|cnpj|link|mega\b|\d+ mega|telefone fixo|chip|"
        r"ponto adicional|recomenda|vale a pena|turbin|mais rapid|dobro|lista de|catalogo|proposta|cupom|loteamento|"
        r"ja chegou|documento|bairro|minha rua|cep\b|condominio|migrar|concorrente|colocar internet|por internet|"
        r"black friday|loja fisica|plan[ao]s|planinho|gamer|residencial|"
        r"para (?:minha|meu) (?:casa|empresa|loja|escritorio|comercio)|baratinh|mais barato|mais em conta|"
        r"menor aprendiz|"
        r"(?:internet|net) (?:para|pra|na|em) (?:a |minha |meu )?(?:casa|loja|empresa|escritorio|sitio)|"
        r"instala\w+ (?:paga|e paga|custa|sai)|por (?:internet|net)|clientes? novo|cliente antigo|virar cliente|"
        r"aderir|fechar (?:com|um|o) |indicar|me falaram|anunci|panflet|outdor|insta\b|ainda (?:ta|esta) valendo|"
        r"baixar (?:de|o|meu|para) |diminuir|downgrade|subir"
    ),
    Intent.CANCELLATION: (
        r"cancel|encerr|rescin|rescis|distrat|desist|desativ|dar? baixa (?:no|na|em)|quero sair|vou sair|"
        r"deslig(?:ar|amento)|nao quero mais|nao vou (?:mais )?(?:renovar|continuar|usar)|nao (?:uso|preciso) mais|"
        r"devolv|retira|suspend|pausar|congelar (?:o )?(?:plano|contrato)|troc\w+ de operadora|"
        r"mud\w+ (?:para|de) (?:outra )?operadora|outra (?:empresa|operadora)|concorrencia|faleceu|arrepend|remov|"
        r"tira(?:r)? (?:o|a|minha)|nao compensa|multa (?:para|se|de)|recolh|buscar (?:o|os|seu|seus|meu|aquele)|"
        r"de vez\b|para sempre|definitiv|nunca mais (?:ter|pagar)|encer|fechar as portas|desfaz|arependi|"
        r"nao (?:ter|sou) mais|tira(?:r)? meu nome|morreu|obito|portabilidade|trancar|interromp|"
        r"finalizar (?:o |meu )?(?:contrato|plano)|sair (?:da|de) (?:fidelidade|voces|empresa)|fidelidade|quebra"
    ),
    Intent.SCHEDULING: (
        r"agend|visita|tecnico|instalador|remarcar|desmarc|marc(?:ar|a|ado|aram|ada)|horario|"
        r"que horas (?:vem|vai|o|a|chega)|chamado|protocolo|ordem de servico|os\b|instala(?:ram|cao|r)?\b|equipe|"
        r"rapaz|vem (?:hoje|amanha|quando)|manda(?:r|m)? (?:um|alguem)|esperando|aguardando|venham|vieram|veio|"
        r"a caminho|de manha|a tarde|sabado|domingo|(?:segunda|terca|quarta|quinta|sexta)(?: feira)?\b|amanha|"
        r"que dia|semana que vem|puxar|passar (?:o )?cabo|ninguem (?:veio|apareceu)|reagend|remarc|agenda\b|"
        r"periodo da|depois das \d|antes do almoco|campainha|portaria|porteiro|interfone|ele liga|avis\w+ quando|"
        r"passar aqui|vem (?:de|que|mesmo)|vir (?:de|aqui|na|no|hoje|amanha)|vim\b|ficaram de|ficou de|"
        r"atrasad\w+ (?:o|a) (?:tecnico|visita)|andamento|situacao d|em casa (?:de|a|hoje|amanha)|"
        r"receb\w+ (?:o|a|ele|voces|tecnico)|confirm\w+ (?:a|o|para)|conclui|tecnic"
    ),
    Intent.MOVING: (
        r"mudanca|mudar (?:de (?!plano|senha|operadora|provedor|ideia)|do|para|a internet|minha internet)|"
        r"mud(?:ei|amos|ando|aram|o)\b(?! de (?:plano|operadora|provedor|ideia))|me mud|vou mudar|endereco|casa nova|"
        r"nova casa|outra (?:casa|residencia|cidade)|outro (?:bairro|endereco|apartamento|lugar|local|imovel)|"
        r"transfer|levar|alug|residencia|troc\w+ de (?:casa|apartamento|endereco)|apartamento novo|mora[r]?\b|sogra|"
        r"mudansa|imovel|nova (?:sala|loja)|parede|comodo|da sala para|para o quarto|puxar o fio|de lugar\b|"
        r"outra parede|ponto (?:para|de|do|da)|levar (?:a|o|minha|meu|comigo|junto)|reform|casei|separ\w+ e|"
        r"predio novo|nova sede|novo (?:endereco|ponto|galpao|local|predio|apartamento|cep|bairro)|bloco\b|cep novo|"
        r"sai(?:ndo|r)? do aluguel|mudou|realoc|reloc|andar de (?:cima|baixo)"
    ),
    Intent.HUMAN: (
        r"atendent|humano|pessoa|falar com|conversar com|fala com|alguem|robo|maquina|automatic|operador|gerente|"
        r"supervisor|responsavel|me lig(?:a|ue|uem)|ligar|telefone|0800|ligacao|atendimento|setor|vendedor|consultor|"
        r"funcionari|transfer\w+ para (?:um|o) (?:atend|setor)|me passa para|me atend|me respond|"
        r"ninguem (?:responde|atende)|dono\b|gente\b|atendid|(?:quero|tem|com|uma) (?:\w+ )?(?:gente|pessoa|humano)|"
        r"ser humano|carne e osso|por voz|por telefone|ao vivo|colaborador|colega|encarregad|falar direto|"
        r"me encaminh|direciona|bot\b|chat ?bot|inteligencia artificial|menu|opcao|"
        r"voce (?:e|nao) (?:um |me |esta )?(?:robo|entend)|nao (?:esta |ta )?(?:me )?entend|digitar|contato\b"
    ),
    Intent.COMPLAINT: (
        r"reclam|procon|anatel|absurd|pessim|vergonh|descaso|palhac|process|justica|juizado|advogad|ouvidoria|horriv|"
        r"horroros|insatisf|indign|irritad|desrespeit|falta de|pior\b|lixo|porcaria|enrol|enganad|engano[us]|"
        r"ment(?:iu|ira)|mal educad|gross[oa]|estupid|cansei|cansad|raiva|odio|ladr|roub|exij|providenc|ressarc|"
        r"prejuiz|culpa|nao resolv|ninguem (?:resolve|faz)|toda (?:semana|vez)|de novo isso|quebrou|danific|decepc|"
        r"queixa|nunca (?:mais|vi)|sacanagem|fuleir|uma merda|bosta|ridicul|nojo|nojent|horror|bagunca|baderna|"
        r"incompet|trouxa|xing|ma fe\b|denunc|inferno|caos|desaforo|arrogan|ignorante|maltrat|saco cheio|paciencia|"
        r"respeito|consideracao|da jeito|imprensa|crime|porco|inadmiss|lament|frustr|nao aguento|consumidor|"
        r"so (?:prometem|sabem|enrolam)|propaganda|humilha|desprepar|satisfacao|pouco caso|enrola|nota (?:0|zero)|"
        r"otario|mal atendid|mal tratad|maltratad|pesad\w+ com|piada de|brincadeira|desculpinha|droga|merda|puta|"
        r"caramba|pelo amor|enganos|golp|estelion|danos|indeniz|sujeira|sujou|estragou|furou|telha|parede suja|fumou|"
        r"por fora|fossem|revolt|chatead|furios|raivoso|bravo|put[oa]\b|"
        r"ja (?:reclamei|falei|liguei|pedi) (?:\w+ )?(?:vezes|\d)|\d ?a? vez|decim[ao] vez|terceira vez|segunda vez|"
        r"quinta vez|quarta vez|cada hora|ninguem sabe|promet|cumpr|avaliacao ruim|redes sociais|pequenas causas|"
        r"ministerio publico|expor|pesso?im|trist|pior que|nao presta|nao vale nada|servico ruim|"
        r"servico (?:ruim|pessimo|porco)"
    ),
    Intent.THANKS: (
        r"obrigad|valeu|agradec|grat[oai]|tchau|ate (?:mais|logo|amanha|breve|a proxima)|so isso|isso mesmo|"
        r"deu (?:certo|bom)|resolv(?:ido|eu|ida)|funcionou|voltou\b|normaliz|consegui|perfeito|maravilh|otim[oa]|"
        r"excelente|show|top\b|parabens|nota (?:dez|10)|abrac|beij|bj|abenco|com deus|falou\b|"
        r"bom (?:descanso|trabalho|servico|fim|final)|em ordem|recebi(?:do)?\b|gentil|atencios|amei|adorei|rapidez|"
        r"campeao|tudo (?:certo|ok)|otimo assim|tenha (?:um|uma)|thank|de nada|ajudou|satisfeit|nada mais|tmj\b|"
        r"certinh|ficou (?:bom|otim)|funcionando de novo|joia|coracao|tranquilo\b|era (?:so )?isso|por enquanto e so|"
        r"por hoje e so|nao preciso de mais|mais nada|pode (?:encerrar|finalizar|deixar|fechar)|entendi|entendido|"
        r"combinado|fechou|fechado|certo entao|ok\b|blz|massa\b|igualmente|grand[ae] abraco|boa semana|"
        r"bom domingo para|nois\b|salvou|gentileza sua|deus (?:te|lhe|abenco)|amem|compreend"
    ),
    Intent.OUT_OF_SCOPE: (
        r"piza|lanche|comida|receita|bolo|arroz|carne|frango|restaurante|cardapio|delivery|padaria|mercado|gas\b|"
        r"agua|luz\b(?! (?:do|da|los|verm|pon))|energia|chuva|chov|sol\b|clima|tempo\b|temperatura|futebol|"
        r"jogo (?:do|de hoje)|time\b|flamengo|corinthians|palmeiras|campeonato|novela|filme|serie|cinema|musica|"
        r"cantor|piada|historia|poema|redacao|texto|traduz|ingles|capital (?:da|do)|presidente|politica|votar|eleic|"
        r"religi|igreja|signo|namorad|casar|amor\b|te amo|bonit|idade|quantos anos|emprego|vaga de|curricul|"
        r"trabalhar (?:com|ai)|medic|remedio|dentista|consulta|hospital|farmacia|doenca|exame|salao|cabelo|unha|"
        r"carro|moto\b|terreno|casa a venda|vendo\b|comprar|loja de|roupa|sapato|emprestimo|credito (?:para|facil)|"
        r"consignado|ganh(?:e|ar) dinheiro|sorteado|clique|marketing|agencia|parceria|patrocin|rifa|corrente|"
        r"numero errado|engano\b|errado|enviei|outra pessoa|mae\b|pai\b|filho|vo\b|tia\b|passagem|viagem|hotel|"
        r"onibus|feriado|identidade|cnh\b|detran|correio|encomenda|pedido|shope|facebok|instagram foi|hacke|"
        r"\d+ (?:vezes|mais|menos|dividido)|conserta|geladeira|maquina de lavar|iphone|escola|prova|dever de casa|"
        r"lasanha|feijoada|pao\b|leite|loteria|mega sena|resultado|pascoa|carnaval|natal|deus existe|acredita|"
        r"bicicleta|sofa|borracharia|oficina|veterinari|estagio|contabilidade|uniforme|software|raiz quadrada|soma\b|"
        r"carta para|passarinho|me empresta|dinheiro empr|rodoviaria|ensina|quem (?:canta|inventou|ganhou|descobriu)|"
        r"aniversario|curiosidade|sentido da vida|gosta de|voce e casad|cachorro|gato\b|baner|grafica|vende|ipva|"
        r"iptu|inss|fgts|imposto|prefeit|policia|samu\b|bombeiro|vacina|posto de|ibge|receita federal|bolsa familia|"
        r"auxilio|aposentar|passaporte|titulo de eleitor|cartorio|cemig|copel|enel|celpe|coelba|sabesp|copasa|dolar|"
        r"bitcoin|invest|acao da bolsa|aposta|bet\b|tigrinho|cassino|premio|ganhou|gratis clique|link e saiba|"
        r"renda extra|fornecedor|representante|catalogo de|parceri|apresentar noss|divulga|clinica|doutor|dra?\b|"
        r"psicolog|academia|aula\b|curso|faculdade|matricula|enem|tcc\b|trabalho da|matematica|portugues|historia do|"
        r"geografia|planeta|extraterrestre|et\b|horoscopo|leao|libra|gata\b|gatinh|linda\b|gostos|namor|solteir|"
        r"beijo na|saudade|vamos sair|bora|cola aqui|churrasco|cerveja|bar\b|festa|balada|show do|ingress|jantar|"
        r"almoc|cafe\b|acai|hamburg|x bur|sushi|esfiha|marmit|salgad|coxinha|doce|sorvete|calabresa|cenoura|fermento|"
        r"tempero|feijao|ovo\b|peixe|cafezinho|dieta|emagrec|dor de|gripe|tosse|febre|gravid|menstru|remedi|xarope|"
        r"pedreiro|pintor|encanador|eletricist|diarista|faxin|bab[ay]\b|jardineir|grama\b|marceneir|costur|sapateir|"
        r"chaveir|guincho|pneu|mecanic|gasolina|uber\b|taxi|carona|frete\b|cg \d|gol \d|caminhao a venda|trator|gado|"
        r"cavalo|galinha|bezerro|lote\b|imobiliaria|aluguel de|alugo|vende[- ]se|compro|vendo|troco por|tinta|"
        r"cimento|material de|tijolo|movel|moveis|guarda roupa|colchao|tenis \d|vestido|calca|maquiagem|perfume|"
        r"joias|ouro\b|xerox|impress(?:ao|ora 3d)|ar condicionado|micro ?ondas quebr|antena parabolica|ventilador|"
        r"liquidificador|celular quebr|tela quebr|chip da|sms\b|missa|culto|pastor|padre|oracao|biblia|santo\b|"
        r"missionari|dizimo|doacao|vakinha|vasco|santos\b|gremio|inter de|cruzeiro|atletico|botafogo|fluminense|"
        r"bahia\b|brasileirao|copa\b|libertadores|placar|gols?\b|neymar|selecao|bbb\b|big brother|reality|cantora|"
        r"ator\b|atriz|letra da|desenho|anime|youtuber|que horas sao|que dia e|quem (?:e o|foi|descobriu|escreveu)|"
        r"quanto e \d|quantos (?:dias|estados|anos|paises)|capital d|o que (?:e|significa) |conte |conta uma|canta|"
        r"poesia|verso|rg\b|cpf novo|carteira de|certidao|previsao do tempo|frio|calor\b|verao|ferias|praia|"
        r"aeroporto|gps|mapa|endereco do|onde (?:fica|tem|compra)|numero da|e voce\?|peguei esse numero|te conheco|"
        r"quem e voce|chatgpt|k{3,}|haha|rsrs"
    ),
}
_PLAIN = re.compile(r"[a-z0-9]+(?:\\b)?")


def _split(stems: str) -> tuple[set[str], re.Pattern[str]]:
    """The beginnings of words, whole ones with a blank behind; and the rest as one pattern."""
    parts = [part for part in re.split(r"\|(?![^(]*\))", stems) if part]
    plain = {part.replace("\\b", " ") for part in parts if _PLAIN.fullmatch(part)}
    rest = "|".join(part for part in parts if not _PLAIN.fullmatch(part))
    return plain, re.compile(rf"(?<!\w)(?:{rest})")


_PHRASES: dict[Intent, re.Pattern[str]] = {}
_BEGINNINGS: dict[
    str, list[Intent]
] = {}  # looked up, as a pattern of a thousand alternatives takes three times as long
for _intent, _stems in _STEMS.items():
    _words, _PHRASES[_intent] = _split(_stems)
    for _word in _words:
        _BEGINNINGS.setdefault(_word, []).append(_intent)


def concepts(found: list[str]) -> list[tuple[Intent, int]]:
    """The intents whose words stand among `found`, and how many different ones."""
    text = " ".join(found)
    met = {intent: set(pattern.findall(text)) for intent, pattern in _PHRASES.items()}
    for word in set(found):
        padded = f"{word} "
        for end in range(2, len(padded) + 1):
            for intent in _BEGINNINGS.get(padded[:end], ()):
                met[intent].add(word)
    return [(intent, len(texts)) for intent, texts in met.items() if texts]
