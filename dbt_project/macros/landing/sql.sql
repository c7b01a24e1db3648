{#- Small pieces of SQL text. -#}

{% macro landing_literal(value) -%}
    {%- if value is none -%}
        {{ return('null') }}
    {%- endif -%}
    {{ return("'" ~ (value | string).replace('\\', '\\\\').replace("'", "''") ~ "'") }}
{%- endmacro %}

{#- ('a', 'b'), to stand behind `in`; an empty list holds nothing. -#}
{% macro landing_in(values) -%}
    {%- set literals = [] -%}
    {%- for value in values -%}
        {%- do literals.append(landing_literal(value)) -%}
    {%- endfor -%}
    {{ return('(' ~ (literals or ['null']) | join(', ') ~ ')') }}
{%- endmacro %}

{#- Start of the dbt invocation, in UTC: one moment for all rows of a run. -#}
{% macro landing_now() -%}
    {{ return("'" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "'::timestamp_ntz(6)") }}
{%- endmacro %}

{#- One number from a query. -#}
{% macro landing_scalar(sql) -%}
    {{ return(run_query(sql).rows[0][0]) }}
{%- endmacro %}

{#- One landing a feed at a time: the update holds the feed's line until the transaction ends. The
    ledger's writer in Python (dags/landing/ledger.py) waits for the same line. -#}
{% macro landing_take_turn(feed, run) -%}
    {%- set sql -%}
        update {{ feed.schema }}.FEEDS
        set last_run = {{ landing_literal(run) }}, last_landed_at = {{ landing_now() }}
        where feed = {{ landing_literal(feed.name) }}
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}

{#- Stop without committing: the text is the last thing a reader of the log sees. -#}
{% macro landing_abort(text) -%}
    {%- do run_query('rollback') -%}
    {{ exceptions.raise_compiler_error(text) }}
{%- endmacro %}
