/* What TipTap takes for granted and the Chromium 78 to 86 of 360 and WPS lack; esbuild lowers syntax only. */
const give = (owner, name, value) => { if (!owner[name]) Object.defineProperty(owner, name, { value, configurable: true, writable: true }); };
const at = function (place) { return this[place < 0 ? this.length + place : place]; };

give(Object, "hasOwn", (one, name) => Object.prototype.hasOwnProperty.call(one, name));
give(Array.prototype, "at", at);
give(Array.prototype, "findLast", function (isIt, of) { return [...this].reverse().find(isIt, of); });
give(String.prototype, "at", at);
give(String.prototype, "replaceAll", function (what, by) { return what instanceof RegExp ? this.replace(what, by) : this.split(what).join(by); });
give(Element.prototype, "replaceChildren", function (...fresh) { this.textContent = ""; this.append(...fresh); });
