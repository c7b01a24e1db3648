{% macro landing_table(feed) -%}
    {{ return(feed.schema ~ '.' ~ feed.identifier) }}
{%- endmacro %}
