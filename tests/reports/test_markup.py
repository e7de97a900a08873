"""Tests of HTML that is escaped unless it says otherwise."""

from dist_invention.reports import markup
from dist_invention.reports.markup import Markup, element, table


def test_plain_text_is_escaped_and_markup_is_not():
    inner = element("b", "<script>")
    assert element("p", "1 < 2 ", inner) == "<p>1 &lt; 2 <b>&lt;script&gt;</b></p>"


def test_attributes_cannot_be_broken_out_of():
    made = element("td", title='"><script>', class_="a")
    assert made == '<td title="&quot;&gt;&lt;script&gt;" class="a"></td>'


def test_an_attribute_may_be_called_name():
    assert element("meta", name="viewport") == '<meta name="viewport"/>'


def test_an_attribute_of_none_is_left_out():
    assert element("p", "x", title=None) == "<p>x</p>"


def test_a_table_scrolls_in_a_box_of_its_own():
    made = table(("a", "b"), [("x", Markup('<td class="k">1</td>'))])
    assert made.startswith('<div class="scroll"><table>')
    assert '<th scope="row">x</th><td class="k">1</td>' in made


def test_text_that_looks_like_a_cell_is_escaped():
    assert "&lt;td&gt;" in table(("a",), [("<td>",)])


def test_what_is_absent_is_said_to_be_not_measured():
    assert markup.absent("no run.") == '<p class="absent">Not measured: no run.</p>'
