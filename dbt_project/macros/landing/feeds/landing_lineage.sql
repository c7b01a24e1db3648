{% macro landing_lineage(feed) -%}
    {%- set lineage = var('landing_lineage')['relation' if landing_is_stream(feed) else 'files'] -%}
    {{ return(dict(lineage, extra_columns='variant') if landing_keeps_extra(feed) else lineage) }}
{%- endmacro %}
