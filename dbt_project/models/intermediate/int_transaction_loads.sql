{{ config(materialized='incremental', incremental_strategy='append') }}

with

landed as (

    select
        landing_run,
        landed_at,
        '' as source_file

    from {{ ref('stg_transactions_streaming_kafka') }}

    group by landing_run, landed_at

    union all

    select
        landing_run,
        landed_at,
        source_file

    from {{ ref('stg_transactions_batch_csv') }}

    group by landing_run, landed_at, source_file

),

{% if is_incremental() %}

known as (

    select * from {{ this }}

),

{% else %}

known as (

    select
        landing_run,
        landed_at,
        source_file,
        null::timestamp_ntz(6) as seen_at

    from landed

    where false

),

{% endif %}

-- Later than in any earlier run, also when the clock was set back.
seen as (

    select
        greatest(
            sysdate()::timestamp_ntz(6),
            coalesce(dateadd('microsecond', 1, max(seen_at)), {{ beginning_of_time() }})
        ) as seen_at

    from known

),

new_loads as (

    select
        landed.landing_run,
        landed.landed_at,
        landed.source_file,
        seen.seen_at

    from landed

    cross join seen

    left join known
        on
            landed.landing_run = known.landing_run
            and landed.landed_at = known.landed_at
            and landed.source_file = known.source_file

    where known.seen_at is null

)

select * from new_loads
