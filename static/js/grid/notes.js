// What the server understood of cells, for the one line at the bottom: a few in words, of many the number.

const SAID = 2;

export function brief(notes) {
  return notes.length > SAID + 1 ? [...notes.slice(0, SAID), `另有 ${notes.length - SAID} 处照此理解，移到这里可看全部`] : notes;
}
