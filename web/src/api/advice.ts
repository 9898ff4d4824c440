// For each type of error: what it means and what to do next. The closed list of docs/api/openapi.yaml; a test
// holds the two together.
import type { TroubleType } from './problem';

export interface Advice {
  cause: string;
  next: string;
  retry: boolean; // the same thing again may work
  operator?: string; // what whoever runs the server could do
}

export const advice: Record<TroubleType, Advice> = {
  'not-found': {
    cause: 'There is nothing here under this address: it was deleted, or it belongs to another browser.',
    next: 'Analyse the track again; the result of the same file is there at once.',
    retry: false,
  },
  unreadable: {
    cause: 'The file arrived, but reading it failed.',
    next: 'Check that it plays elsewhere, then send it again.',
    retry: true,
  },
  'unsupported-format': {
    cause: 'What is inside is no audio that can be read here, whatever the file is called.',
    next: 'Export it as WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A.',
    retry: false,
  },
  corrupt: {
    cause: 'The file is audio, but it is damaged or cut off.',
    next: 'Export or download it again.',
    retry: false,
  },
  'too-short': {
    cause: 'There is not enough sound to measure a tempo, a key or a loudness.',
    next: 'Send at least a few seconds; a whole track is best.',
    retry: false,
  },
  'too-long': {
    cause: 'The audio is longer than this server takes.',
    next: 'Send one track rather than a set or an album in one file.',
    retry: false,
  },
  'too-large': {
    cause: 'The file is larger than this server takes.',
    next: 'FLAC or MP3 of the same audio is smaller and measures the same.',
    retry: false,
  },
  'no-signal': {
    cause: 'The file is silent from beginning to end.',
    next: 'Check the export: a muted bus or the wrong output is the usual reason.',
    retry: false,
  },
  'url-blocked': {
    cause:
      'This server does not fetch it: the address leads into a private network, or fetching is switched off here.',
    next: 'Use a public http or https address, or send the file itself.',
    retry: false,
  },
  'url-unreachable': {
    cause: 'The address did not answer with audio: it is gone, private, or does not let servers in.',
    next: 'Open it in a browser to see whether it is still there, or send the file itself.',
    retry: true,
  },
  'url-needs-login': {
    cause: 'The site shows this only to people who are logged in.',
    next: 'Download the audio yourself and send the file.',
    retry: false,
    operator:
      'If you run this server: lend it the cookies of a browser that is logged in (Netscape format; --cookies or YT_COOKIES), then try again.',
  },
  'url-playlist': {
    cause: 'It holds several tracks, and each is heard on its own.',
    next: 'Take all of them as a batch, or choose one.',
    retry: false,
  },
  timeout: {
    cause: 'The analysis took longer than this server allows.',
    next: 'Try again when it is less busy, or send a shorter file.',
    retry: true,
  },
  busy: {
    cause: 'The queue is full.',
    next: 'Try again in a little while.',
    retry: true,
  },
  'model-invalid': {
    cause: 'The server\u2019s model bundle cannot be used, so nobody can vote.',
    next: 'Tell whoever runs this server; hitscope doctor names the reason.',
    retry: true,
  },
  internal: {
    cause: 'A defect of the server.',
    next: 'Try again. If it stays, report it with the request id below.',
    retry: true,
  },
  interrupted: {
    cause: 'The server was stopped before it was done.',
    next: 'Send it again.',
    retry: true,
  },
  'bad-request': {
    cause: 'The server did not understand what this page sent.',
    next: 'Reload the page: it may be older than the server.',
    retry: true,
  },
  unauthorized: {
    cause: 'The server does not know this token.',
    next: 'Ask whoever runs it for another one.',
    retry: false,
  },
  forbidden: {
    cause: 'This page was opened under a name that the server does not serve.',
    next: 'Open it under the server\u2019s own name, or let the name in with --allow-host.',
    retry: false,
  },
  'method-not-allowed': {
    cause: 'The server does not take this kind of request here.',
    next: 'Reload the page: it may be older than the server.',
    retry: false,
  },
  'request-timeout': {
    cause: 'The upload was too slow, so the server hung up.',
    next: 'Try again on a faster connection, or send a smaller file.',
    retry: true,
  },
  'unsupported-media-type': {
    cause: 'The server does not take this kind of body here.',
    next: 'Reload the page: it may be older than the server.',
    retry: false,
  },
  'headers-too-large': {
    cause: 'The browser sent more headers than the server reads.',
    next: 'Clear the cookies of this site and try again.',
    retry: false,
  },
  'uri-too-long': {
    cause: 'The address is too long.',
    next: 'Shorten the search or the address.',
    retry: false,
  },
  unreachable: {
    cause: 'The server is not there, or the connection to it is lost.',
    next: 'This page keeps trying, and goes on by itself as soon as someone answers.',
    retry: true,
  },
  cancelled: {
    cause: 'It was stopped before it was done.',
    next: 'Send it again whenever you like.',
    retry: true,
  },
};

// The same types where hitscope went for the audio itself: nobody exported or sent anything.
const ofAddresses: Partial<Record<TroubleType, Pick<Advice, 'cause' | 'next'>>> = {
  'unsupported-format': {
    cause: 'What lies behind the address is no audio that can be read here.',
    next: 'Give the address of the track itself rather than of a page about it, or send the file.',
  },
  corrupt: {
    cause: 'What came from the address is audio, but it is damaged or cut off.',
    next: 'Try again later, or send the file itself.',
  },
  'too-long': {
    cause: 'What lies behind the address is longer than this server takes, or a stream without an end.',
    next: 'Give the address of one track rather than of a set, an album or a broadcast.',
  },
  'too-large': {
    cause: 'What lies behind the address is larger than this server takes.',
    next: 'Send an MP3 or a FLAC of it instead.',
  },
  timeout: {
    cause: 'Fetching and measuring took longer than this server allows.',
    next: 'Try again when it is less busy, or send the file itself.',
  },
};

export function adviceFor(type: TroubleType, fromUrl: boolean): Advice {
  const known = advice[type] ?? advice.internal; // a newer server may know more types
  return fromUrl ? { ...known, ...ofAddresses[type] } : known;
}
