{% macro landing_lineage(feed) -%}
    {{ return(var('landing_lineage')['relation' if landing_is_stream(feed) else 'files']) }}
{%- endmacro %}
