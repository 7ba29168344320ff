"""The charter of the tests: two articles, two themes, three commitments; its own words in each version."""

from charter.models import Article, Charter, Commitment, Theme


def draft(version: int = 1) -> Charter:
    """A draft whose rows are made out of order, so that order must come from their positions."""
    charter = Charter.objects.create(
        version=version, title="Charte commune", preamble=f"Nous partageons.\n\nVersion {version}."
    )
    themes = {
        code: Theme.objects.get_or_create(
            code=code, defaults={"label": label, "summary": summary, "position": position}
        )[0]
        for position, (code, label, summary) in enumerate(
            [
                ("biodiversity", "Biodiversité", "Laisser sa place au vivant."),
                ("inclusion", "Inclusion", "Faire place à chacun."),
            ],
            start=1,
        )
    }
    Article.objects.bulk_create(
        [
            Article(charter=charter, position=2, title="Des comptes", text="Chacun peut les lire."),
            Article(charter=charter, position=1, title="Une voix", text="Une structure, une voix."),
        ]
    )
    Commitment.objects.bulk_create(
        [
            Commitment(
                charter=charter, theme=themes["inclusion"], position=1, title="Ouvrir", text="Nos postes."
            ),
            Commitment(
                charter=charter, theme=themes["biodiversity"], position=2, title="Des trajets", text="À vélo."
            ),
            Commitment(
                charter=charter, theme=themes["biodiversity"], position=1, title="Un espace", text="Une haie."
            ),
        ]
    )
    return charter
