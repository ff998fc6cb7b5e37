/** An element with a class and a text; the text is text, whatever it looks like. */
export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
