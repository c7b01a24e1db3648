with

transactions as (

    select * from {{ ref('unload_transactions') }}

),

recent as (

    select * from transactions
    where ingested_at > now() - interval '1 day'

),

per_minute as (

    select
        date_trunc('minute', ingested_at) as arrived_minute,
        count(*) as transactions,
        count(distinct user_id) as users,
        count(*) filter (where amount < 0) as refunds,
        count(*) filter (
            where timestamp < ingested_at - interval '{{ var("late_after_hours") }} hours'
        ) as late_transactions

    from recent

    group by date_trunc('minute', ingested_at)

)

select * from per_minute
