{% macro landing_over_limit(feed, parsed, rejected) -%}
    {%- set limit = feed.config.meta.landing.get('reject_limit', {}) -%}
    {{ return(
        ('rows' in limit and rejected > limit.rows) or ('share' in limit and rejected > limit.share * parsed)
    ) }}
{%- endmacro %}
