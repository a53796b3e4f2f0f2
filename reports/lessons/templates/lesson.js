"use strict";
// Quizzes: say whether the chosen answer is right, and open the insight.
(() => {
  for (const quiz of document.querySelectorAll("section.quiz")) {
    const status = quiz.querySelector("[role=status]"), insight = quiz.querySelector("details");
    for (const option of quiz.querySelectorAll(".option")) {
      option.querySelector("input").addEventListener("change", () => {
        status.textContent = option.querySelector(".feedback").textContent;
        insight.open = true;
      });
    }
  }
})();
