{% macro landing_abort(text) -%}
    {%- do run_query('rollback') -%}
    {{ exceptions.raise_compiler_error(text) }}
{%- endmacro %}
