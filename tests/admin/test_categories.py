from django.contrib.auth.models import Group
from django.urls import reverse

from forum.admin.categories import CategoryAdmin
from forum.models import Category
from tests.support import world

LIST = reverse("admin:forum_category_changelist")
NEW = reverse("admin:forum_category_add")


def page(category):
    return reverse("admin:forum_category_change", args=[category.pk])


def test_a_category_is_made_with_a_colour_and_readers(admin, send):
    group = Group.objects.create(name="Insiders")

    send(admin, NEW, name="Show & tell", color="#2f9e44", readers=[group.pk])

    made = Category.objects.get()
    assert (made.slug, made.color, made.readers.get()) == ("show-tell", "#2f9e44", group)


def test_colours_are_chosen_not_typed(admin, help_category):
    html = admin.get(page(help_category)).content.decode()

    assert '<input type="color" name="color" value="#e8590c"' in html
    assert 'fill="#e8590c"' in admin.get(LIST).content.decode()


def test_a_colour_that_is_none_is_refused(admin, help_category, send):
    response = send(admin, page(help_category), color='red"/><script>')

    assert response.context["adminform"].form.errors["color"]


def test_categories_are_put_in_order_in_the_list(admin, help_category, lounge):
    form = admin.get(LIST).context["cl"].formset
    values = {field.html_name: field.value() for row in form.forms for field in row}
    values |= {field.html_name: field.value() for field in form.management_form}
    first = next(row for row in form.forms if row.instance == help_category)
    values[first["position"].html_name] = 7

    admin.post(LIST, {**values, "_save": "Save"})

    help_category.refresh_from_db()
    assert help_category.position == 7


def test_categories_nest_one_level(admin, help_category, send):
    inside = world.category("Hosting", parent=help_category)

    deeper = send(admin, NEW, name="Proxies", parent=inside.pk)
    itself = send(admin, page(help_category), parent=help_category.pk)

    assert deeper.context["adminform"].form.errors["parent"]
    assert itself.context["adminform"].form.errors["parent"]


def test_the_list_leads_to_the_topics_of_a_category(admin, topic, lounge, ada):
    world.topic(ada, lounge)
    link = reverse("admin:forum_topic_changelist", query={"category": topic.category.pk})

    assert link in admin.get(LIST).content.decode()
    assert [found.pk for found in admin.get(link).context["cl"].result_list] == [topic.pk]


def test_the_list_says_who_reads_a_category_inside_a_private_one(admin, help_category, lounge):
    inside = world.category("Bar", parent=lounge)
    news = world.category("News", posters=["Writers"])
    rows = {category.pk: category for category in admin.get(LIST).context["cl"].result_list}

    said = {pk: str(CategoryAdmin.access(None, row)) for pk, row in rows.items()}

    assert said == {
        help_category.pk: "everybody",
        news.pk: "everyone reads, some groups post",
        lounge.pk: "some groups only",
        inside.pk: "some groups only",
    }
