/** What a service desk says in pictures, and the words by which one finds it: Portuguese, then English. */
export interface Emoji {
  sign: string;
  'pt-BR': string;
  en: string;
}

const TABLE = `
👍|joinha, positivo, certo|thumbs up, yes
👎|negativo, ruim|thumbs down, no
👌|perfeito, certo|ok hand, perfect
🙏|obrigado, por favor|thanks, please
👏|palmas, parabéns|clapping, well done
🤝|acordo, combinado|handshake, deal
👋|tchau, aceno|wave, goodbye, hello
💪|força|strength
✌️|paz|peace
🤞|dedos cruzados, sorte|fingers crossed, luck
👉|aponta, aqui|pointing right, here
👇|abaixo|pointing down, below
😀|sorriso, alegre|grin, happy
😊|sorriso, contente|smile, glad
😉|piscadela|wink
😂|risada, rindo|laughing, tears of joy
🙂|leve sorriso|slight smile
😅|alívio, suor|relief, sweat
😍|apaixonado|in love
🥰|carinho|affection
😎|óculos, legal|sunglasses, cool
🤔|pensando, dúvida|thinking, doubt
😐|neutro|neutral
😕|confuso|confused
😟|preocupado|worried
😢|triste, choro|sad, crying
😭|choro forte|sobbing
😡|bravo, raiva|angry
😱|susto|shocked
😴|sono|sleeping
🤗|abraço|hug
🤷|não sei, ombros|shrug, no idea
🙌|viva, comemora|hooray
❤️|coração, amor|heart, love
💚|coração verde|green heart
💙|coração azul|blue heart
💔|coração partido|broken heart
🎉|festa, comemoração|party, celebration
🎁|presente|gift
🌟|estrela|star
✨|brilho|sparkles
🔥|fogo|fire
✅|feito, confirmado|done, check
☑️|marcado|checked
❌|errado, não|wrong, cross
⚠️|atenção, aviso|warning
🚫|proibido|forbidden
❗|exclamação, importante|exclamation, important
❓|pergunta, dúvida|question
ℹ️|informação|information
⏳|espera, ampulheta|waiting, hourglass
⏰|despertador, hora|alarm clock, time
📅|data, agenda, visita|date, calendar
🕐|relógio, hora|clock
📍|local, endereço|place, address
🏠|casa|house
🏢|empresa, prédio|company, building
🚗|carro, a caminho|car, on the way
🚚|entrega|delivery
🛵|moto|motorcycle
👷|técnico, obra|technician, worker
🧑‍💻|atendente, computador|agent, computer
🔧|conserto, chave|wrench, repair
🛠️|ferramentas, manutenção|tools, maintenance
🔌|tomada, energia|plug, power
💡|luz, ideia|light, idea
🔦|lanterna|torch
🔋|bateria|battery
🌐|internet, rede|internet, network
📶|sinal|signal
🛜|wi-fi, sem fio|wi-fi, wireless
📡|antena|antenna
🖥️|computador, monitor|computer, screen
💻|notebook|laptop
📱|celular|mobile phone
📺|televisão|television
📞|telefone|telephone
☎️|telefone fixo|landline
🔒|bloqueado, seguro|locked, safe
🔓|desbloqueado|unlocked
🔑|senha, chave|password, key
🚀|rápido, foguete|fast, rocket
🐌|lento, lesma|slow, snail
🔄|reiniciar, de novo|restart, again
🟢|verde, ligado|green, on
🟡|amarelo|yellow
🔴|vermelho, desligado|red, off
💰|dinheiro, pagamento|money, payment
💳|cartão|card
🧾|recibo, boleto, fatura|receipt, invoice
💸|gasto|spending
📄|documento|document
📎|anexo|attachment
📷|foto|photo
🎙️|áudio, voz|audio, voice
✉️|e-mail, carta|e-mail, letter
📝|anotar|note
☀️|sol|sun
🌧️|chuva|rain
⛈️|temporal, raio|storm, lightning
`;

export const EMOJIS: readonly Emoji[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [sign = '', portuguese = '', english = ''] = line.split('|');
    return { sign, 'pt-BR': portuguese, en: english };
  });
