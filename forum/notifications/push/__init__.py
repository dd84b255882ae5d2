"""Web Push: tells members on their devices, also while no page of the forum is open.

A browser subscribes at its maker's push service and gives the forum the address there and its keys
(Device). A notice that a member wants pushed has a PushDelivery for each device, which a worker
encrypts for that browser and sends to its push service.
"""
