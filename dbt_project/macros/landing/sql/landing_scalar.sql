{% macro landing_scalar(sql) -%}
    {{ return(run_query(sql).rows[0][0]) }}
{%- endmacro %}
