/* The duty field of the dataset form: offers duties while one types; a duty that is chosen fills in the title, the
 * category and the update period where they are empty. Without it the form works all the same: the server fills in. */
this.ckan.module("civic-duties", function () {
  "use strict";
  const fields = () => document.querySelectorAll('input[list="civic-duties"]');
  const known = new Map();
  let asked = 0;

  return {
    options: { source: "" },

    initialize() {
      for (const field of fields()) {
        field.addEventListener("input", () => this.offer(field.value));
        field.addEventListener("change", () => this.choose(field.value));
        if (field.value) this.choose(field.value);
      }
    },

    async find(words) {
      const address = new URL(this.options.source, window.location.href);
      address.searchParams.set("q", words);
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      const found = answer.ok ? await answer.json() : [];
      for (const duty of found) known.set(duty.value, duty);
      return found;
    },

    async offer(words) {
      if (words.trim().length < 2 || known.has(words)) return;
      const turn = ++asked;
      const found = await this.find(words);
      if (turn !== asked) return;
      for (const duty of found) this.add(duty);
    },

    add(duty) {
      const list = this.el[0];
      if ([...list.options].some((option) => option.value === duty.value)) return;
      const option = document.createElement("option");
      option.value = duty.value;
      option.textContent = duty.title[document.documentElement.lang] || Object.values(duty.title)[0] || "";
      list.append(option);
    },

    async choose(value) {
      const code = value.split("@")[0];
      if (!code || !value.includes("@")) return;
      if (!known.has(value)) await this.find(code);
      const duty = known.get(value);
      if (duty) this.fill(duty);
    },

    fill(duty) {
      const titles = [...document.querySelectorAll('[name^="title_translated-"]')];
      if (titles.every((field) => !field.value.trim())) {
        for (const field of titles) this.put(field, duty.title[field.lang]);
        this.name(duty);
      }
      this.put(document.querySelector('[name="category"]'), duty.category);
      this.put(document.querySelector('[name="update_period"]'), duty.period);
    },

    /* CKAN makes the address of the page out of the title's letters; the code of the duty can be read. */
    name(duty) {
      const field = document.querySelector('[name="name"]');
      if (!field || document.querySelector('[name="pkg_name"]')) return;
      field.value = "";
      this.put(field, (duty.code + "-" + duty.agency.name).toLowerCase().replace(/[^a-z0-9_-]+/g, "-"));
    },

    put(field, value) {
      if (!field || field.value || !value) return;
      field.value = value;
      for (const type of ["input", "keyup", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
    },
  };
});
