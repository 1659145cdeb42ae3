/*
   The address of a comment leads to it, also where the comment is on the page of an older part.

   Without this file it leads to the link beside which the list of parts has the comment's name.
*/

function follow() {
  const found = document.getElementById(location.hash.slice(1));
  const link = found?.closest("[data-parts] li")?.querySelector("a");
  if (link) location.replace(link.href + location.hash);
}

addEventListener("hashchange", follow);
follow();
