"use strict";
// The game: one round at a time, an answer by a button, a score for what is right at the first go.
(() => {
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

  for (const game of document.querySelectorAll(".game")) {
    const words = game.dataset;
    const rounds = [...game.querySelectorAll(".round")];
    const numbers = [...game.querySelectorAll(".game-rounds button")];
    const score = game.querySelector(".game-score");
    const previous = game.querySelector(".game-previous"), next = game.querySelector(".game-next");
    const end = game.querySelector(".game-end");
    let outcomes, now;

    const count = (outcome) => outcomes.filter((each) => each === outcome).length;

    const showScore = () => {
      const right = count("right"), answered = right + count("wrong");
      const values = { right, answered, count: rounds.length, left: rounds.length - answered };
      score.textContent = fill(answered ? words.score : words.progress, values);
      end.hidden = answered < rounds.length;
      const praise = right === rounds.length ? words.endAll
        : 2 * right >= rounds.length ? words.endMost : words.endSome;
      end.querySelector("p").textContent = fill(praise, values);
    };

    const showNumbers = () => numbers.forEach((button, place) => {
      const outcome = outcomes[place] || "open";
      button.className = outcome;
      button.toggleAttribute("data-now", place === now);
      if (place === now) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      const name = button.dataset.name || (button.dataset.name = button.getAttribute("aria-label"));
      const said = { right: words.roundRight, wrong: words.roundWrong, open: words.roundOpen };
      button.setAttribute("aria-label", `${name}, ${said[outcome]}`);
    });

    const go = (place, focused) => {
      now = place;
      rounds.forEach((round, each) => { round.hidden = each !== now; });
      previous.disabled = now === 0;
      next.disabled = now === rounds.length - 1;
      showNumbers();
      if (!focused) return;
      const head = rounds[now].querySelector("h3");
      head.focus({ preventScroll: true });
      if (game.getBoundingClientRect().top < 0) game.scrollIntoView();
    };

    const answer = (place) => {
      const round = rounds[place], said = round.querySelector(".game-said");
      const option = round.querySelector(".option:has(input:checked)");
      if (!option) {
        said.textContent = words.chooseFirst;
        round.querySelector("input").focus();
        return;
      }
      const right = option.classList.contains("right");
      outcomes[place] ||= right ? "right" : "wrong";
      option.classList.add("told");
      said.textContent = option.querySelector(".feedback").textContent;
      round.querySelector("details").open ||= right;
      showNumbers();
      showScore();
    };

    const restart = () => {
      outcomes = rounds.map(() => null);
      for (const round of rounds) {
        for (const input of round.querySelectorAll("input")) input.checked = false;
        for (const told of round.querySelectorAll(".told")) told.classList.remove("told");
        round.querySelector(".game-said").textContent = "";
        round.querySelector("details").open = false;
      }
      showScore();
    };

    game.classList.add("played");
    for (const part of game.querySelectorAll(".game-bar, .game-turn, .game-act")) part.hidden = false;
    numbers.forEach((button, place) => button.addEventListener("click", () => go(place, true)));
    previous.addEventListener("click", () => go(Math.max(now - 1, 0), true));
    next.addEventListener("click", () => go(Math.min(now + 1, rounds.length - 1), true));
    game.querySelector(".game-again").addEventListener("click", () => { restart(); go(0, true); });
    rounds.forEach((round, place) => {
      round.querySelector(".game-answer").addEventListener("click", () => answer(place));
      for (const input of round.querySelectorAll("input")) {
        input.addEventListener("keydown", (event) => {
          if (event.key === "Enter") { event.preventDefault(); answer(place); }
        });
      }
    });
    restart();
    go(0, false);
  }
})();
