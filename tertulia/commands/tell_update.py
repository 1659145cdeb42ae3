"""Telling those who took part that a post has changed: shown first, told when the author says so."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tertulia.app import Blog
from tertulia.commands.announce import line_for
from tertulia.content.posts import Post
from tertulia.conversation.telling import UpdatePlan
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.syndication.drafts import named


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOptions:
    """What the person at the terminal asked for."""

    post: str  # Id or address
    text: str
    lang: str = ""  # where the post has several
    send: bool = False  # only shown if not
    take_back: bool = False


def run(root: Path, options: TellOptions) -> bool:
    """Do what was asked; False where something could not be done."""
    if not options.text.strip():
        raise TertuliaError(say("update_no_text"))
    with Blog(root) as blog:
        blog.heed_people()
        post = _post(blog, options)
        networks = blog.networks()
        telling = blog.telling(networks)
        if options.take_back:
            taken, left = telling.take_back(blog.outbox(networks), post, options.text)
            print(say("update_taken_back", n=taken, left=left))
            return not left
        plan = telling.plan(post, options.text)
        print("\n".join(lines(plan)))
        if plan.too_long:
            raise TertuliaError(say("update_too_long", networks=", ".join(_lengths(plan))))
        if not options.send or not plan.people:
            print(say("update_how") if plan.people else say("update_nobody"))
            return True
        quiet = blog.quiet_until(blog.now())
        telling.tell(plan, quiet)
        if quiet:
            print(say("announce_quiet", until=f"{quiet:%H:%M}"))
        for outcome in blog.deliver_answers():
            print(line_for(outcome, {}))
        blog.background.run_pending()
        return True


def lines(plan: UpdatePlan) -> list[str]:
    """Return what would go where, and to how many."""
    found = [say("update_plan", title=plan.post.title, n=plan.people)]
    for name, some in sorted(Counter(one.network.label for one in plan.messages).items()):
        people = sum(1 + len(one.also) for one in plan.messages if one.network.label == name)
        found.append("  " + say("update_in_threads", network=name, threads=some, n=people))
    if plan.letters:
        found.append("  " + say("update_by_letter", n=len(plan.letters)))
    found += [f"  {say('update_not', n=n)} {why}" for why, n in sorted(plan.unreached.items())]
    found += ["  " + say("update_told", n=plan.told)] if plan.told else []
    found += ["  " + say("update_price", cents=f"{plan.cents:g}")] if plan.cents else []
    for one in plan.messages:
        found += ["", f"{one.network.label} · {one.to.name} · {one.to.url}", one.preview.text]
    return found


def _lengths(plan: UpdatePlan) -> list[str]:
    return sorted({f"{one.network.label} {one.preview.length}/{one.preview.limit}" for one in plan.too_long})


def _post(blog: Blog, options: TellOptions) -> Post:
    found = [post for post in blog.published().posts if named(post, options.post)]
    found = [post for post in found if options.lang in ("", post.lang)]
    if not found:
        raise TertuliaError(say("announce_no_post", post=options.post))
    if len(found) > 1:
        raise TertuliaError(say("update_which", langs=", ".join(sorted(post.lang for post in found))))
    return found[0]
