"""How far templates and the workflow are adopted, and the repositories by stage."""

from __future__ import annotations

from alerts.terms import CRITERIA
from dashboards.panel import About, Look, PanelBuilder, lines
from dashboards.query import Query, of, once
from dashboards.style import STAGE, Colour, wanted


def adoption() -> PanelBuilder:
    template, workflow = CRITERIA["template_adoption"], CRITERIA["workflow_adoption"]
    look = Look(
        "Adoption of templates and of the workflow",
        About(
            "Repositories that use a KILO template divided by those in scope that could be read; repositories whose "
            "newest run used the integrated workflow divided by those with CI activity.",
            f"templates {wanted(template)}, workflow {wanted(workflow)}; the other two lines are the targets in force",
            "Look on the board Phases and gates which teams have not begun.",
        ),
        unit="percentunit",
        empty="No repository in scope was read",
        least=0,
        most=1,
    )
    adopted = (
        ("orchex_kilo_template_adoption_ratio", "templates", template, Colour.CALM),
        ("orchex_kilo_workflow_adoption_ratio", "workflow", workflow, Colour.GOOD),
    )
    return lines(
        look,
        *(Query(f"min({of(family)})", name) for family, name, _, _ in adopted),
        *(
            Query(f"max({of('orchex_kilo_kpi_target', kpi=criterion.key)})", f"{name}, target")
            for _, name, criterion, _ in adopted
        ),
        colours={name: colour for _, name, _, colour in adopted},
    )


def stages() -> PanelBuilder:
    look = Look(
        "Repositories by stage",
        About(
            "All repositories in scope by their stage in the migration. Partial: only one of configuration and "
            "workflow is integrated. What could not be read is not counted as not migrated.",
            "none documented; integrated grows to all that use either tool, rolled back stays 0",
            "Rolled back: ask the team why. Could not be read: look at the board Exporter health.",
        ),
        unit="none",
        empty="No repository is in scope: no git host is configured, or none answers",
        decimals=0,
        least=0,
    )
    counts = (
        Query(once(of("orchex_kilo_repositories", stage=stage)), text) for stage, (text, _) in STAGE.meaning.items()
    )
    return lines(look, *counts, stacked=True, colours=dict(STAGE.meaning.values()))
