-- Every key that landed is a fact. Over the last day that the facts know, so that the cost stays
-- small (`make audit` compares everything); what landed after them is left to the next run.
with

facts as (

    select tx_id from {{ ref('fct_transactions') }}

),

built as (

    select max(landed_at) as up_to from {{ ref('fct_transactions') }}

),

landed as (

    select
        tx_id,
        landed_at

    from {{ ref('stg_transactions_streaming_kafka') }}

    union all

    select
        tx_id,
        landed_at

    from {{ ref('stg_transactions_batch_csv') }}

)

select landed.tx_id

from landed

cross join built

left join facts
    on landed.tx_id = facts.tx_id

where
    landed.landed_at <= built.up_to
    and landed.landed_at > dateadd('day', -1, built.up_to)
    and facts.tx_id is null
