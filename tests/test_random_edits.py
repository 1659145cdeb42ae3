"""Random edits of a blog; after each the output is, byte for byte, what a full build would write in an empty folder."""

import datetime as dt
import gc
import os
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tertulia import defaults
from tertulia.content import snapshot
from tertulia.content.snapshot import Comment, Conversation
from tertulia.edits.site_left import leave_site
from tertulia.embeds.types import State
from tertulia.site import archives, search
from tests import editing
from tests.conftest import ROOT
from tests.editing import (
    ANA,
    AUTHORS,
    CATEGORIES,
    FIRST_DAY,
    LINES,
    MOVES,
    REPORT,
    TAGS,
    TEXTS,
    WHEN,
    Blog,
    arranged,
    assert_same,
    built,
    capture,
    in_place,
    killed,
    picture,
    stamps,
    tree,
)

pytestmark = pytest.mark.slow

# How many edits, in blogs of how many posts, and of how many more like those of real blogs.
STEPS, POSTS, MADE_UP = (
    int(os.environ.get(f"INCREMENTAL_{name}", usual)) for name, usual in (("STEPS", 2000), ("POSTS", 6), ("MADE_UP", 0))
)
PARTS = 40  # so that this file is begun among others: what has few tests comes last, and then one core is idle
STEPS_OF_ONE = 10 if STEPS < 100 else 25  # each has other kinds of edit, and the first of them just one
SETTINGS = settings(
    max_examples=-(-STEPS // (STEPS_OF_ONE * PARTS)),
    stateful_step_count=STEPS_OF_ONE,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example made smaller costs hundreds of builds
    suppress_health_check=list(HealthCheck),
)


class Edits(RuleBasedStateMachine):
    """Random edits; after each, the same bytes as a full build in an empty folder."""

    def __init__(self) -> None:
        super().__init__()
        gc.unfreeze()  # as each build leaves what it holds to its process, which is to end, and this one is not
        gc.collect()
        self.blog = Blog(POSTS, MADE_UP)
        self.now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
        self.count = 0
        self.output: Path | None = None
        self.more: dict[str, object] = {}
        self.patched = pytest.MonkeyPatch()
        self.patched.setattr(search, "LEAST_PARTED", 4)  # so that the index is in two parts here
        self.patched.setattr(search, "SETTLED", 2)
        self.patched.setattr(search, "LARGEST_PART", 2)
        self.patched.setattr(archives, "MOST_LISTED", 5)
        self.is_kept = False  # what the last build arranged
        self.edited: set[str] | None = set()  # posts saved since it; None where more was
        self.kinds: set[str] = set()  # of the edits since
        self.saved_together = 0  # so many edits are made before somebody builds
        self.branch: tuple[dict[str, bytes], tuple[dict, dict]] | None = None  # the files of another one, and its posts

    @initialize()
    def begin(self):
        self.check()

    @rule(edits=st.integers(2, 4))
    def save_several(self, edits):
        """The next edits are seen by one build."""
        self.saved_together = edits

    def check(self, *edited: str, kind: str = "text") -> None:
        """
        See that a build gives what a full one does; also one in place, where only posts like *edited* were saved.
        """
        self.edited = self.edited | {*edited} if edited and self.edited is not None else None
        self.kinds.add(kind)
        self.saved_together -= 1
        if self.saved_together > 0:
            return
        names, self.edited = sorted(self.edited or ()), set()
        kinds, self.kinds = ", ".join(sorted(self.kinds)), set()
        self.count += 1
        root, now = self.blog.root, self.now.isoformat()
        new, whole = root / f"out{self.count}", root / "whole"
        shutil.rmtree(whole, ignore_errors=True)
        built(self.blog.root, whole, now, **self.more)
        expected = tree(whole)
        is_shown = names and self.is_kept and self.output and in_place(root, self.output, *names)
        if names and self.is_kept:
            event(f"{kinds}: {'in place' if is_shown else 'by a build'}")
        if is_shown and self.output:
            assert_same(expected, tree(self.output))
            if self.count % 2:  # the next edit is of what this one has left
                return
        _, build = arranged(self.blog.root, new, now, state=root / "state", kept=self.output, **self.more)
        assert_same(expected, tree(new))
        self.is_kept = leave_site(build, "mark", REPORT) == ""
        if self.output:
            shutil.rmtree(self.output)
        self.output = new
        if self.is_kept and self.count % 3 == 0:  # whatever was done before, an edit of a text comes after it
            self.write_line(sorted(self.blog.posts)[self.count % len(self.blog.posts)], LINES[self.count % len(LINES)])

    def write_line(self, name: str, line: str) -> None:
        self.blog.texts[name] += f"\n\n{line}"
        self.blog.save(name)
        self.check(name)

    @rule(after=st.integers(1, 600))
    def is_killed(self, after):
        """Somebody pulls the plug after so many files were opened, moved or deleted; and builds again."""
        root, settings = self.blog.root, {"state": self.blog.root / "state", "kept": self.output, **self.more}
        killed(after, lambda: built(root, root / "killed", self.now.isoformat(), **settings))
        shutil.rmtree(root / "killed", ignore_errors=True)
        self.check()

    @precondition(lambda self: self.is_kept and self.output)
    @rule(data=st.data(), after=st.integers(1, 90), edit=st.sampled_from([*((None, text) for text in TEXTS), *MOVES]))
    def is_killed_in_place(self, data, after, edit):
        """The same while an edit is shown; what was written of it then is of no build that anybody remembers."""
        name, output, (key, said) = self.one(data), self.output, edit
        if key is None:
            self.blog.texts[name] = data.draw(
                st.sampled_from([said, f"{self.blog.texts[name]}\n\n{said}"]), label="text"
            )
        else:
            self.blog.posts[name][key] = said
        self.blog.save(name)
        before = stamps(output)
        killed(after, lambda: in_place(self.blog.root, output, name))
        self.is_kept = before == stamps(output)
        self.check(name, kind=f"killed: {key}")

    def changed(self, name: str, key: str, value: str) -> None:
        self.blog.posts[name][key] = value
        self.blog.save(name)
        self.check(name, kind=key)

    def one(self, data) -> str:
        return data.draw(st.sampled_from(sorted(self.blog.posts)), label="post")

    @rule(data=st.data(), text=st.sampled_from(TEXTS))
    def edit_text(self, data, text):
        name = self.one(data)
        self.blog.texts[name] = text
        self.blog.save(name)
        self.check(name)

    @rule(data=st.data(), lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=4))
    def write_on(self, data, lines):
        """As most edits are: one after another, each of words alone, so that it can be shown in place."""
        for line in lines:
            self.write_line(self.one(data), line)

    @rule(data=st.data(), title=st.sampled_from(["Sobre colas", "La factura", "Otra cosa & más", ""]))
    def edit_title(self, data, title):
        self.changed(self.one(data), "Título", title)

    @rule(data=st.data(), slug=st.sampled_from(["uno", "otro-slug", "acerca"]))
    def edit_slug(self, data, slug):
        self.changed(self.one(data), "Slug", slug)

    @rule(data=st.data(), tags=st.one_of(st.lists(st.sampled_from(some), max_size=3) for some in (TAGS, TAGS[2:5])))
    def edit_tags(self, data, tags):
        self.changed(self.one(data), "Etiquetas", ", ".join(tags))

    @rule(data=st.data(), day=st.integers(0, 60))
    def edit_date(self, data, day):
        self.changed(self.one(data), "Fecha", str(FIRST_DAY + dt.timedelta(day)))

    @rule(
        data=st.data(),
        what=st.sampled_from([
            *(("Categoría", one) for one in CATEGORIES),
            *(("Autor", one) for one in (*AUTHORS, "ana, Luis Gil")),
            *(("Idioma", one) for one in ("en", "es")),
            *(("Serie", one) for one in ("Colas", "Colas largas", "")),
            *(("Estado", one) for one in ("borrador", "oculto", "")),
            *(("Portada", one) for one in ("images/bar.png", "images/no.png", "")),
            *(("Id", one) for one in ("id-uno", "")),
            ("Resumen", "Un resumen con *énfasis*."),
            ("Alias", "/viejo/"),
            ("Modificado", "2026-11-30"),
            ("Pregunta", "¿Y tú?"),
            ("Gracias", "Ana Ruiz"),
            ("Índice", "sí"),
            ("Actualización", "2026-11-20: ya no."),
        ]),
    )  # fmt: skip
    def edit_header(self, data, what):
        self.changed(self.one(data), *what)

    @precondition(lambda self: len(self.blog.posts) > 2)
    @rule(data=st.data())
    def delete(self, data):
        name = self.one(data)
        del self.blog.posts[name]
        (self.blog.root / "content" / "posts" / f"{name}.md").unlink()
        self.check(name, kind="deleted")

    @rule(data=st.data())
    def rename(self, data):
        name = self.one(data)
        new = f"{name}-bis"
        self.blog.posts[new], self.blog.texts[new] = self.blog.posts.pop(name), self.blog.texts.pop(name)
        (self.blog.root / "content" / "posts" / f"{name}.md").rename(self.blog.root / "content" / f"posts/{new}.md")
        self.check(name, new, kind="renamed")

    @rule(day=st.integers(0, 40), text=st.sampled_from(TEXTS), lang=st.sampled_from(["", "", "en"]))
    def add(self, day, text, lang):
        name = f"nuevo-{len(self.blog.posts)}"
        self.blog.add(name, day, text)
        self.blog.posts[name]["Idioma"] = lang
        self.blog.save(name)
        self.check(name, kind=f"new {lang}")

    @rule(data=st.data(), text=st.sampled_from(TEXTS))
    def translate(self, data, text):
        """There may be a translation already: then two posts have one Id and one language."""
        name = self.one(data)
        new = f"{name}-en"
        self.blog.posts[new] = {**self.blog.posts[name], "Slug": new, "Idioma": "en"}
        self.blog.texts[new] = text
        self.blog.save(new)
        self.check(new, kind="translated")

    @rule(name=st.sampled_from(["acerca", "contacto"]), title=st.sampled_from(["Acerca", "Contacto", "Índice & más"]))
    def edit_page(self, name, title):
        self.blog.file(f"pages/{name}.md", f"Título: {title}\n\nUna página.\n")
        self.check(f"pages/{name}.md", kind="page")

    @rule(colour=st.sampled_from([0, 100, 200]))
    def edit_picture(self, colour):
        picture(self.blog.root / "content" / "images" / "bar.png", colour)
        self.check("images/bar.png", kind="picture")

    @rule(name=st.sampled_from(["images/bar.png", "posts/bar.png"]))
    def lose_picture(self, name):
        (self.blog.root / "content" / name).unlink(missing_ok=True)
        self.check(name, kind="picture gone")

    @rule(name=st.sampled_from(["posts/bar.png", "images/nada.png", "images/extra.png"]))
    def add_picture(self, name):
        """It may stand before another of the same name, or where there was none."""
        picture(self.blog.root / "content" / name, 40)
        self.check(name, kind="picture")

    @rule(words=st.sampled_from(["Hola.", "Adiós."]), state=st.sampled_from([State.KEPT, State.REMOVED]))
    def capture(self, words, state):
        capture(self.blog.root / "content", words, state)
        self.check("embeds/mastodon/mastodon.social-1134.json", kind="capture")

    @rule()
    def lose_captures(self):
        shutil.rmtree(self.blog.root / "content" / "embeds", ignore_errors=True)
        self.check()

    @rule(table=st.sampled_from([
        ("people.toml", '[ana]\nname = "Ana R."\n'),
        ("people.toml", f'{ANA}[r]\nname = "Remedios Alcaide"\nx = "reme"\nphoto = "images/bar.png"\n'),
        ("people.toml", "[ana\n"),
        ("tags.toml", '[colas]\nvariants = ["redes"]\n'),
        ("people.toml", '[luis]\nname = "Luis Gil"\nbio = "Escribe."\n'),
        ("tags.toml", '[redes]\nlabel = "RedesSociales"\n'),
        ("tags.toml", '[colas]\ndescription = "Las colas."\n'),
        ("theme/templates/parts/ways.html", "<p>{{ articles|length }} {{ (articles|first).title }}</p>"),
        ("theme/templates/parts/card.html", "<p>{{ post.words }} {{ post.title }}</p>"),
        ("theme/templates/parts/neighbours.html", "<p>{{ articles|length }} {{ article.words }}</p>"),
        ("extra/hola.txt", "hola"),
        ("links.toml", '["https://example.org/x"]\nto = "https://example.org/y"\n'),
        ("redirects.toml", '[redirects]\n"/2018/la-parada/" = "post:id-dos.es"\n'),
        ("theme/languages/es.toml", '[phrases]\nrelated = "También"\n'),
    ]))  # fmt: skip
    def edit_table(self, table):
        self.blog.file(*table)
        self.check()

    @rule(name=st.sampled_from(["people.toml", "tags.toml", "links.toml", "redirects.toml", "theme", "theme", "extra"]))
    def lose_table(self, name):
        path = self.blog.root / "content" / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        self.check()

    @rule(data=st.data(), comments=st.integers(0, 6))
    def talk(self, data, comments):
        name = self.one(data)
        key = self.blog.posts[name].get("Id") or name
        said = tuple(
            Comment(id=f"c{at}", author="Eva", html=f"<p>Digo {at}</p>", date=WHEN + dt.timedelta(hours=at))
            for at in range(comments)
        )
        lang = self.blog.posts[name].get("Idioma") or "es"
        counts = {"like": comments} if comments else {}
        snapshot.write(self.blog.root / "conversation", Conversation(id=key, lang=lang, comments=said, counts=counts))
        self.check(f"{key}.{lang}.json")

    @rule(at=st.integers(0, 99))
    def lose_talk(self, at):
        files = sorted((self.blog.root / "conversation").glob("*"))
        if files:
            files[at % len(files)].unlink()
        self.check()

    @rule()
    def switch_branch(self):
        """Everything is as it was on another branch; one goes back and forth between two."""
        content, posts = self.blog.root / "content", deepcopy((self.blog.posts, self.blog.texts))
        here = tree(content)
        there, (self.blog.posts, self.blog.texts) = self.branch or (here, deepcopy(posts))
        for name in here.keys() - there.keys():
            (content / name).unlink()
        for name in [name for name, held in there.items() if here.get(name) != held]:
            (content / name).parent.mkdir(parents=True, exist_ok=True)
            (content / name).write_bytes(there[name])
        self.branch = here, posts
        self.check()

    @precondition(lambda self: self.output)
    @rule(at=st.integers(0, 999), held=st.sampled_from([b"", b"otra cosa", None]))
    def touch_output(self, at, held):
        """Somebody writes into the output, or deletes of it."""
        files = sorted(self.output.rglob("*.*ml"))
        file = files[at % len(files)]
        file.unlink()
        if held is not None:
            file.write_bytes(held)
        self.is_kept = False
        self.check()

    @rule(days=st.integers(0, 20))
    def wait(self, days):
        self.now += dt.timedelta(days, seconds=1)
        self.check()

    @rule(left_out=st.sampled_from(["feeds", "schema", "talk_parts"]))
    def turn_plugin_off(self, left_out):
        self.more = {"PLUGINS": [name for name in defaults.PLUGINS if not name.endswith(f".{left_out}")]}
        self.check()

    @rule()
    def turn_plugin_of_others_on(self):
        """It may change any page."""
        self.more = {"PLUGINS": [*defaults.PLUGINS, editing.__name__]}
        self.check()

    @rule(more=st.sampled_from([{}, {"HOME_WHOLE_POSTS": True}, {"RELATED_POSTS": 0}, {"SITENAME": "Otro"},
                                {"SHOW_UNPUBLISHED": True}, {"SEARCH": True}, {"TAG_FEED_MIN_POSTS": 1},
                                {"DEFAULT_PAGINATION": 2}]))  # fmt: skip
    def change_setting(self, more):
        self.more = {**more, "INPUTS_PATH": str(self.blog.root / "inputs")} if more.get("SEARCH") else more
        self.check()

    @rule(lost=st.randoms(use_true_random=True))
    def lose_state(self, lost):
        """How many files there are depends on where the blog is, so none of them is drawn for itself."""
        for file in sorted((self.blog.root / "state").glob("*")):
            if lost.random() < 1 / 2:
                file.write_bytes(file.read_bytes()[: lost.randrange(41)])
        self.check()

    def teardown(self):
        self.patched.undo()
        shutil.rmtree(self.blog.root, ignore_errors=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_random_edits_show_what_a_full_build_does(part):
    """So many edits each, in a process of its own: one that has run thousands of tests forks several times slower."""
    run = subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-20_000:]


if __name__ == "__main__":  # any seed: what it found once is tried first from then on
    run_state_machine_as_test(Edits, settings=SETTINGS)
