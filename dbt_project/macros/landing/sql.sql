{#- Small pieces of SQL text. -#}

{% macro landing_literal(value) -%}
    {%- if value is none -%}
        {{ return('null') }}
    {%- endif -%}
    {{ return("'" ~ (value | string).replace('\\', '\\\\').replace("'", "''") ~ "'") }}
{%- endmacro %}

{#- Start of the dbt invocation, in UTC: one moment for all rows of a run. -#}
{% macro landing_now() -%}
    {{ return("'" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'::timestamp_ntz(6)") }}
{%- endmacro %}

{#- One number from a query. -#}
{% macro landing_scalar(sql) -%}
    {{ return(run_query(sql).rows[0][0]) }}
{%- endmacro %}

{#- Stop without committing: the text is the last thing a reader of the log sees. -#}
{% macro landing_abort(text) -%}
    {%- do run_query('rollback') -%}
    {{ exceptions.raise_compiler_error(text) }}
{%- endmacro %}
