// Performs operations with the real storage of Crawlee for JavaScript.
//
//     node client.js DIRECTORY STORE WRITE_METADATA
//
// Each line of standard input is a JSON array of operations, each performed by a storage of its
// own, as by a program that starts anew; a line with their results goes to standard output.
'use strict';

const readline = require('node:readline');
const { MemoryStorage } = require('@crawlee/memory-storage');

const [directory, store, metadata] = process.argv.slice(2);

async function perform(client, op) {
    switch (op.op) {
        case 'set':
            await client.setRecord({
                key: op.key,
                value: op.base64 === undefined ? op.value : Buffer.from(op.base64, 'base64'),
                contentType: op.contentType ?? undefined,
            });
            return null;
        case 'get': {
            const record = await client.getRecord(op.key);
            if (record === undefined) return null;
            const { value, contentType } = record;
            return Buffer.isBuffer(value)
                ? { base64: value.toString('base64'), contentType }
                : { value, contentType };
        }
        case 'exists':
            return client.recordExists(op.key);
        case 'keys':
            return (await client.listKeys()).items.map((item) => [item.key, item.size]);
        case 'delete':
            await client.deleteRecord(op.key);
            return null;
        default:
            throw new Error(`no such operation: ${op.op}`);
    }
}

async function main() {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const results = [];
        for (const op of JSON.parse(line)) {
            const storage = new MemoryStorage({
                localDataDirectory: directory,
                writeMetadata: metadata === 'true',
                persistStorage: true,
            });
            const { id } = await storage.keyValueStores().getOrCreate(store);
            const result = perform(storage.keyValueStore(id), op);
            results.push(await result.catch((error) => ({ error: error.message })));
            await storage.teardown();
        }
        process.stdout.write(`${JSON.stringify(results)}\n`);
    }
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
