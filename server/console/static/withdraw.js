/* Withdrawing: a chosen type puts the sentence it begins with into the field; what was typed stays. */
"use strict";
(() => {
  const reason = document.querySelector("#field-reason");
  const types = [...document.querySelectorAll("[data-sentence]")];
  const isOurs = () => types.some((one) => one.dataset.sentence === reason.value.trim());
  types.forEach((one) => one.addEventListener("change", () => {
    if (!reason.value.trim() || isOurs()) reason.value = one.dataset.sentence;
  }));
})();
