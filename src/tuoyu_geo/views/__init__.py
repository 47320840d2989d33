"""What does a notebook hold? Layers, gaps, who is served, and the plan, each with its tables and its map."""

from tuoyu_geo.views.access import Access as Access
from tuoyu_geo.views.built import Built as Built
from tuoyu_geo.views.exploring import Gaps as Gaps
from tuoyu_geo.views.exploring import MappedLayers as MappedLayers
from tuoyu_geo.views.html import project_html as project_html
from tuoyu_geo.views.plan import Plan as Plan
from tuoyu_geo.views.served import who_is_served as who_is_served

__all__ = ["Access", "Built", "Gaps", "MappedLayers", "Plan", "project_html", "who_is_served"]
