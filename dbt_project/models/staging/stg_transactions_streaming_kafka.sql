with

source as (

    select * from {{ source('raw', 'transactions_streaming_kafka') }}

),

renamed as (

    select

        ---------- ids
        tx_id,
        user_id,

        ---------- text
        upper(nullif(trim(currency), '')) as currency,
        nullif(trim(merchant), '') as merchant,
        lower(nullif(trim(category), '')) as category,

        ---------- numerics
        amount,
        ingest_xid,

        ---------- timestamps
        timestamp as transaction_at,
        ingested_at as arrived_at,
        airflow_ingested_at as landed_at

    from source

)

select * from renamed
