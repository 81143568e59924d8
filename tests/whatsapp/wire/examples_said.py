"""Texts, files, places, cards and orders: the item as Meta sends it, and what its record has beyond a plain text."""

from tests.whatsapp.wire.records import TOO_BIG, Json, file, media
from tests.whatsapp.wire.samples import BSUID, CONTEXT, PHONE, QUOTED, TEXT

from plantao.conversations.models import MessageType
from plantao.whatsapp.wire.models import Sender, WireError

PLACE = {"latitude": -22.9068, "longitude": -43.1729}
CARD = {
    "name": {"first_name": "Davi", "last_name": "Reis", "formatted_name": "Davi Reis"},
    "org": {"company": "Rede Sul"},
    "phones": [{"phone": "+55 21 97777-0002", "wa_id": "5521977770002", "type": "CELL"}, {"phone": "2133334444"}],
    "emails": [{"email": "davi@example.com", "type": "WORK"}],
    "addresses": [{"street": "Rua B, 5", "city": "Rio", "zip": "20000-000", "type": "HOME"}],
    "urls": [{"url": "https://example.com", "type": "WORK"}],
    "birthday": "1991-02-03",
}
NOBODY: Json = {"name": None, "birthday": None, "org": None, "phones": [], "emails": [], "addresses": [], "urls": []}
DAVI = {
    "name": "Davi Reis",
    "birthday": "1991-02-03",
    "org": {"company": "Rede Sul", "department": None, "title": None},
    "phones": [
        {"phone": "+55 21 97777-0002", "wa_id": "5521977770002", "type": "CELL"},
        {"phone": "2133334444", "wa_id": None, "type": None},
    ],
    "emails": [{"email": "davi@example.com", "type": "WORK"}],
    "addresses": [
        {
            "street": "Rua B, 5", "city": "Rio", "state": None, "zip": "20000-000", "country": None,
            "country_code": None, "type": "HOME",
        }
    ],
    "urls": [{"url": "https://example.com", "type": "WORK"}],
}  # fmt: skip
ADVERT = {
    "source_url": "https://fb.me/x", "source_id": "1202", "source_type": "ad", "body": "Fibra 600", "headline": "Fale",
    "media_type": "image", "image_url": "https://scontent.example/1", "ctwa_clid": "Aff-1",
    "welcome_message": {"text": "Oi! Como podemos ajudar?"},
}  # fmt: skip
PLAN = {"product_retailer_id": "plano-600", "quantity": 2, "item_price": 1199.9, "currency": "BRL"}
TEXTS: dict[str, tuple[Json, Json]] = {
    "text": (TEXT, {}),
    "reply": ({**TEXT, "context": CONTEXT}, {"reply_to": QUOTED}),
    "forwarded": ({**TEXT, "context": {"forwarded": True}}, {"payload": {"forwarded": "once"}}),
    "forwarded often": ({**TEXT, "context": {"frequently_forwarded": True}}, {"payload": {"forwarded": "many"}}),
    "about a product": (
        {**TEXT, "context": {**CONTEXT, "referred_product": {"catalog_id": "1", "product_retailer_id": "p"}}},
        {"reply_to": QUOTED, "payload": {"referred_product": {"catalog_id": "1", "product_retailer_id": "p"}}},
    ),
    "from an advert": (
        {**TEXT, "referral": ADVERT},
        {"payload": {"referral": {
            **ADVERT, "welcome_message": "Oi! Como podemos ajudar?", "video_url": None, "thumbnail_url": None,
        }}},
    ),
    "text that is true": ({"type": "text", "text": {"body": True}}, {"content": "Mensagem sem conteúdo"}),
    "text of blanks": ({"type": "text", "text": {"body": " \n"}}, {"content": "Mensagem sem conteúdo"}),
    "text that is a number": ({"type": "text", "text": {"body": 7}}, {"content": "7"}),
}  # fmt: skip

FILES: dict[str, tuple[Json, Json]] = {
    "image": (
        file("image", caption="luz vermelha"),
        {"type": MessageType.IMAGE, "content": "luz vermelha", "caption": "luz vermelha", "media": media("image")},
    ),
    "image without caption": (
        file("image"), {"type": MessageType.IMAGE, "content": "Imagem", "media": media("image")},
    ),
    "forwarded image": (
        {**file("image"), "context": {"forwarded": True}},
        {
            "type": MessageType.IMAGE, "content": "Imagem", "media": media("image"),
            "payload": {"forwarded": "once"},
        },
    ),
    "video": (
        file("video", caption="teste"),
        {"type": MessageType.VIDEO, "content": "teste", "caption": "teste", "media": media("video")},
    ),
    "document": (
        file("document", caption="segue", filename="a.pdf"),
        {
            "type": MessageType.DOCUMENT, "content": "segue", "caption": "segue",
            "media": media("document", filename="a.pdf"),
        },
    ),
    "document without caption": (
        file("document", filename="a.pdf"),
        {"type": MessageType.DOCUMENT, "content": "a.pdf", "media": media("document", filename="a.pdf")},
    ),
    "document without anything": (
        file("document"), {"type": MessageType.DOCUMENT, "content": "Documento", "media": media("document")},
    ),
    "voice": (
        file("audio", voice=True),
        {
            "type": MessageType.AUDIO, "content": "Mensagem de voz", "media": media("audio", voice=True),
            "payload": {"voice": True},
        },
    ),
    "audio": (
        file("audio", voice=False), {"type": MessageType.AUDIO, "content": "Áudio", "media": media("audio")},
    ),
    "sticker": (
        file("sticker", animated=False),
        {"type": MessageType.STICKER, "content": "Figurinha", "media": media("sticker")},
    ),
    "moving sticker": (
        file("sticker", animated=True),
        {
            "type": MessageType.STICKER, "content": "Figurinha", "media": media("sticker"),
            "payload": {"animated": True},
        },
    ),
    "a file that did not come": (
        {"type": "image", "errors": [TOO_BIG]},
        {
            "type": MessageType.IMAGE, "content": "Arquivo que o WhatsApp não conseguiu receber",
            "error": WireError(131052, "Media download error", "too big"),
        },
    ),
}  # fmt: skip

STRUCTURED: dict[str, tuple[Json, Json]] = {
    "position": (
        {"type": "location", "location": PLACE},
        {
            "type": MessageType.LOCATION, "content": "Localização: -22.9068, -43.1729",
            "payload": {**PLACE, "name": None, "address": None, "url": None},
        },
    ),
    "place": (
        {"type": "location", "location": {**PLACE, "name": "Loja", "address": "Rua B, 5", "url": "https://m.example"}},
        {
            "type": MessageType.LOCATION, "content": "Localização: Loja, Rua B, 5 (-22.9068, -43.1729)",
            "payload": {**PLACE, "name": "Loja", "address": "Rua B, 5", "url": "https://m.example"},
        },
    ),
    "place named by its address": (
        {"type": "location", "location": {"latitude": "-22.5", "longitude": True, "name": "R 5", "address": "R 5, X"}},
        {
            "type": MessageType.LOCATION, "content": "Localização: R 5, X (-22.5)",
            "payload": {"latitude": -22.5, "longitude": None, "name": "R 5", "address": "R 5, X", "url": None},
        },
    ),
    "contacts": (
        {"type": "contacts", "contacts": [CARD, {"name": {"first_name": "Bia"}}, {"vcard": "FN;X=1:Léo\nN:x"}]},
        {
            "type": MessageType.CONTACTS, "content": "Davi Reis: +55 21 97777-0002, 2133334444\nBia\nLéo",
            "payload": {"contacts": [DAVI, {**NOBODY, "name": "Bia"}, {**NOBODY, "name": "Léo"}]},
        },
    ),
    "own phone": (
        {"type": "contacts", "origin": "contact_request", "contacts": [{"phones": [{"phone": "+55 21 97777-0002"}]}]},
        {
            "type": MessageType.CONTACTS, "content": "+55 21 97777-0002",
            "sender": Sender(BSUID, PHONE, "Rita Prado", None, "5521977770002"),
            "payload": {
                "contacts": [{**NOBODY, "phones": [{"phone": "+55 21 97777-0002", "wa_id": None, "type": None}]}],
                "origin": "contact_request",
            },
        },
    ),
    "order": (
        {"type": "order", "order": {"catalog_id": "1", "text": "sem pressa", "product_items": [PLAN]}},
        {
            "type": MessageType.ORDER, "content": "Pedido: 2 x plano-600 (R$ 1.199,90)\nsem pressa",
            "payload": {"catalog_id": "1", "text": "sem pressa", "items": [PLAN]},
        },
    ),
    "order abroad": (
        {"type": "order", "order": {"product_items": [{**PLAN, "currency": "USD"}, {"quantity": "1"}]}},
        {
            "type": MessageType.ORDER, "content": "Pedido: 2 x plano-600 (1199.90 USD); 1 x ?",
            "payload": {
                "catalog_id": None, "text": None,
                "items": [
                    {**PLAN, "currency": "USD"},
                    {"product_retailer_id": None, "quantity": 1.0, "item_price": None, "currency": None},
                ],
            },
        },
    ),
    "order at an absurd price": (
        {"type": "order", "order": {"product_items": [{**PLAN, "item_price": price} for price in (10**400, "free")]}},
        {
            "type": MessageType.ORDER, "raw": None,
            "content": f"Pedido: 2 x plano-600 (1{'0' * 199}); 2 x plano-600 (free)",
            "payload": {"catalog_id": None, "text": None, "items": [{**PLAN, "item_price": None}] * 2},
        },
    ),
}  # fmt: skip
