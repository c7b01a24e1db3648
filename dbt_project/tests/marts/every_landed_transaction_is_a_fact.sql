-- Every key that landed is a fact. Checks the loads that were first seen in the last day before the
-- newest that was built, so that the cost stays small (`make audit` compares everything).
with

facts as (

    select tx_id from {{ ref('fct_transactions') }}

),

built as (

    select max(loads_seen_at) as up_to from {{ ref('int_transactions') }}

),

loads as (

    select
        loads.landing_run,
        loads.landed_at,
        loads.source_file

    from {{ ref('int_transaction_loads') }} as loads

    cross join built

    where
        loads.seen_at <= built.up_to
        and loads.seen_at > dateadd('day', -1, built.up_to)

),

landed as (

    {{ transactions_of_loads('loads') }}

)

select landed.tx_id

from landed

left join facts
    on landed.tx_id = facts.tx_id

where facts.tx_id is null
