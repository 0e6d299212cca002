/** Texts that people send and that programs trip over; each must come back as it was sent, and be shown as text. */
export const hostileTexts = {
  'markup': '<img src=x onerror="document.title=\'broken\'"><script>document.title=\'broken\'</script><b>bold</b>',
  'entities and quotes': '&lt;b&gt; &amp; "quotes" \'single\' `back` \\ / {{template}} ${expression}',
  'a right-to-left text': 'שלום עולם, مرحبا بالعالم 123',
  'controls that turn the direction': 'before \u202Egnp.exe\u2066 after \u2067 end',
  'emoji of several parts': '👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽',
  'CJK': '漢字かな交じり文 한국어 你好，世界',
  'combining marks': 'Z\u0351\u036B\u0343a\u0311\u0366lgo e\u0301 \u00E9',
  'controls and separators': 'tab\there\u2028line\u2029paragraph\u200Bzero\u00A0nbsp\u0007bell\u007F',
  'line breaks': 'one\ntwo\r\nthree\n\n\nsix',
  'spaces at both ends': '  kept  ',
  'things that look like JSON or SQL': '{"type":7}\u001E\'; DROP TABLE messages; --',
  'words of programs': '__proto__ constructor null undefined NaN true',
};
