{% macro transactions_of_loads(loads) -%}
select distinct landed.tx_id

    from (
        select
            tx_id,
            landing_run,
            landed_at,
            '' as source_file

        from {{ ref('stg_transactions_streaming_kafka') }}

        {#- Bounds how many rows are read; the join below decides. #}

        where landed_at >= (select min({{ loads }}.landed_at) from {{ loads }})

        union all

        select
            tx_id,
            landing_run,
            landed_at,
            source_file

        from {{ ref('stg_transactions_batch_csv') }}

        where landed_at >= (select min({{ loads }}.landed_at) from {{ loads }})
    ) as landed

    inner join {{ loads }} as wanted
        on
            landed.landing_run = wanted.landing_run
            and landed.landed_at = wanted.landed_at
            and landed.source_file = wanted.source_file
{%- endmacro %}
